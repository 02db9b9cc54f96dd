package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.Pace;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.api.VersionWalk;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Range;
import io.metastore.core.command.Slice;
import io.metastore.core.kv.HistoryHash;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageOptions;
import io.metastore.core.storage.WriteSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The walk over all versions agrees with {@link Model}, and an import of it makes an equal store.
 */
class HistoryTest {
  private static final int ENTRIES = 120;

  @RegisterExtension final Machines machines = new Machines();
  @TempDir Path directory;

  private final Model model = new Model();

  static LongStream seeds() {
    return Seeds.some(3);
  }

  /** The change of a key by a revision. */
  private record Place(long revision, ByteString key) {}

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void aStoreMadeFromAllVersionsIsEqual(long seed) throws Exception {
    Random random = new Random(seed);
    RandomCommands commands =
        new RandomCommands(random, model::grantedIndex, model.auth::neededRevision);
    TestMachine machine = machines.open();
    for (int i = 0; i < ENTRIES; i++) {
      apply(machine, commands.batch(model.revision()));
      if (model.compacted > 0 && random.nextInt(3) == 0) {
        machine.sweep(1 + random.nextInt(10));
      }
      if (random.nextInt(40) == 0) {
        check(machine, random);
      }
    }
    machine.sweepAll();
    check(machine, random);
  }

  private void apply(TestMachine machine, CommandBatch batch) {
    long index = Math.max(1, machine.state().index() + 1);
    for (Slice slice : batch.getSlicesList()) {
      slice.getCommandsList().forEach(command -> model.apply(command, index));
    }
    machine.apply(index, batch);
  }

  private void check(TestMachine machine, Random random) throws Exception {
    long compacted = machine.state().compacted();
    long newest = machine.state().revision();
    List<StoredVersion> all = walk(machine, newest);
    checkOrder(all);
    assertThat(lastByPlace(all)).isEqualTo(expected(compacted));

    long through = Math.max(1, Math.max(compacted, newest - random.nextInt(20)));
    assertThat(walk(machine, through))
        .isEqualTo(all.stream().filter(version -> version.revision() <= through).toList());

    Path copy = Files.createTempDirectory(directory, "import");
    try (StoreMachine imported = imported(copy, machine, all)) {
      StoreInvariants.check(imported.storage());
      assertThat(walk(imported, newest)).isEqualTo(all);
      // The copy has no compacted versions left, the original may have some.
      assertThat(hash(imported, newest)).isEqualTo(hash(machine.machine(), newest));
      assertThat(hash(imported, through)).isEqualTo(hash(machine.machine(), through));
      for (long revision = Math.max(1, compacted); revision <= newest; revision++) {
        Range range = Commands.range("\0", "\0").setRevision(revision).build();
        Outcome original = machine.read(view -> view.range(range));
        assertThat(read(imported, range)).as("revision " + revision).isEqualTo(original);
      }
    }
  }

  private static StoreMachine imported(
      Path directory, TestMachine machine, List<StoredVersion> versions) {
    Storage storage = Storage.open(directory, StorageOptions.DEFAULT);
    StoreImport target = new StoreImport(storage, 1, machine.state().compacted());
    StoreView view = machine.view();
    try {
      new ViewContents(view.state(), view.reader()).forEachLease(target::add);
    } finally {
      view.release();
    }
    versions.forEach(target::add);
    target.finish();
    TableFormat.check(storage, /* empty= */ true);
    WriteSet writes = storage.newWriteSet();
    new StoreState(0, 1, machine.state().revision(), machine.state().compacted(), 0, 0)
        .write(writes);
    storage.write(writes);
    return new StoreMachine(storage, 1 << 20);
  }

  private List<StoredVersion> walk(TestMachine machine, long through) {
    return walk(machine.machine(), through);
  }

  private List<StoredVersion> walk(StoreMachine machine, long through) {
    StoreView view = requireNonNull(machine.tryView());
    List<StoredVersion> all = new ArrayList<>();
    try (VersionWalk walk =
        new ViewContents(view.state(), view.reader())
            .versions(through, directory.resolve("scratch"), Pace.UNLIMITED)) {
      for (StoredVersion next = walk.next(); next != null; next = walk.next()) {
        all.add(next);
      }
    } finally {
      view.release();
    }
    return all;
  }

  private int hash(StoreMachine machine, long through) {
    StoreView view = requireNonNull(machine.tryView());
    try {
      return HistoryHash.of(
          view.reader(), view.state().compacted(), through, directory.resolve("scratch"));
    } finally {
      view.release();
    }
  }

  private static Outcome read(StoreMachine machine, Range range) {
    StoreView view = requireNonNull(machine.tryView());
    try {
      return view.range(range);
    } finally {
      view.release();
    }
  }

  private static void checkOrder(List<StoredVersion> all) {
    for (int i = 1; i < all.size(); i++) {
      StoredVersion before = all.get(i - 1);
      StoredVersion version = all.get(i);
      assertThat(
              version.revision() > before.revision()
                  || (version.revision() == before.revision() && version.sub() > before.sub()))
          .as("%s comes after %s", version, before)
          .isTrue();
    }
  }

  /** Within one revision, only the last version of a key was ever visible. */
  private static Map<Place, KeyValue> lastByPlace(List<StoredVersion> all) {
    Map<Place, KeyValue> last = new LinkedHashMap<>();
    for (StoredVersion version : all) {
      last.put(new Place(version.revision(), version.version().key()), version.version());
    }
    return last;
  }

  private Map<Place, KeyValue> expected(long compacted) {
    Map<Place, KeyValue> last = new LinkedHashMap<>();
    Map<ByteString, Place> floor = new LinkedHashMap<>();
    for (WatchEvent event : model.events) {
      KeyValue current = event.current();
      Place place = new Place(current.modRevision(), current.key());
      last.put(place, current);
      if (current.modRevision() <= compacted) {
        Place replaced = floor.put(current.key(), place);
        if (replaced != null && !replaced.equals(place)) {
          last.remove(replaced);
        }
        if (event.kind() == WatchEvent.Kind.DELETE && current.modRevision() < compacted) {
          last.remove(place);
        }
      }
    }
    return last;
  }
}
