package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.AccessRules;
import io.metastore.core.api.SessionEvent;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Slice;
import io.metastore.core.machine.TreeRequests.TestSession;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same log must produce the same store, however often the member was restarted, crashed or
 * reset to a snapshot meanwhile, and whenever compactions and defragmentations ran.
 */
class ReplayTest {
  private static final int ENTRIES = 200;

  @RegisterExtension final Machines machines = new Machines();

  /**
   * A log entry with the result of its first application; an entry of Raft's own if the batch is
   * null.
   */
  private record Entry(long term, @Nullable CommandBatch batch, @Nullable Applied applied) {}

  /** The log; index 0 is an entry of Raft's own, as in Ratis. */
  private final List<Entry> log = new ArrayList<>();

  static LongStream seeds() {
    return Seeds.some(4);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void replayAfterRandomRestartsReachesTheSameStore(long seed) {
    Random random = new Random(seed);
    TestMachine original = machines.open();
    writeLog(random, original);
    TestMachine replayed = machines.open();
    replay(random, replayed);

    assertThat(replayed.state()).isEqualTo(original.state());
    assertThat(replayed.machine().access().users()).isEqualTo(original.machine().access().users());
    assertThat(replayed.machine().access().grants())
        .isEqualTo(original.machine().access().grants());
    int hash = original.read(UnversionedHash::of);
    assertThat(replayed.<Integer>read(UnversionedHash::of)).isEqualTo(hash);
    original.sweepAll();
    replayed.sweepAll();
    for (Table table : Table.values()) {
      assertThat(entries(replayed.storage(), table))
          .as("%s", table)
          .isEqualTo(entries(original.storage(), table));
    }
  }

  private void writeLog(Random random, TestMachine original) {
    RandomCommands commands = new RandomCommands(random, id -> 0, () -> authRevision(original));
    List<TestSession> sessions = new ArrayList<>();
    original.machine().skip(1, 0);
    log.add(new Entry(1, null, null));
    for (int index = 1; index <= ENTRIES; index++) {
      long term = 1L + index / 30;
      if (random.nextInt(10) == 0) {
        original.machine().skip(term, index);
        log.add(new Entry(term, null, null));
      } else {
        CommandBatch.Builder entry = commands.batch(original.state().revision()).toBuilder();
        Slice.Builder tree = entry.addSlicesBuilder().setOrigin(TestMachine.ORIGIN);
        for (Command command : treeCommands(random, sessions)) {
          tree.addCommands(command.toBuilder().setAuthRevision(authRevision(original)));
        }
        CommandBatch batch = entry.build();
        Applied applied = original.apply(term, index, batch);
        log.add(new Entry(term, batch, applied));
        noteOpened(applied, sessions);
      }
    }
    // Both end with an entry of commands, because only those store the position.
    CommandBatch last =
        TestMachine.batch(
            List.of(
                Commands.put("end", "").toBuilder()
                    .setAuthRevision(authRevision(original))
                    .build()));
    Applied applied = original.apply(9, log.size(), last);
    log.add(new Entry(9, last, applied));
  }

  /** Requests of random sessions to the znode tree. */
  private static List<Command> treeCommands(Random random, List<TestSession> sessions) {
    if (sessions.size() < 3) {
      return List.of(TreeRequests.open(random.nextLong()));
    }
    RandomTreeRequests requests = new RandomTreeRequests(random);
    TestSession session = sessions.get(random.nextInt(sessions.size()));
    return switch (random.nextInt(20)) {
      case 0 -> {
        sessions.remove(session);
        yield List.of(session.end());
      }
      case 1 -> List.of(session.attach(random.nextLong(), "secret"));
      case 2 -> List.of(requests.reap());
      default -> List.of(requests.change(session), requests.change(session));
    };
  }

  private static void noteOpened(Applied applied, List<TestSession> sessions) {
    for (SessionEvent event : applied.sessionEvents()) {
      if (event instanceof SessionEvent.Attached attached
          && sessions.stream().noneMatch(session -> session.id == attached.session())) {
        sessions.add(new TestSession(attached.session(), attached.attachment()));
      }
    }
  }

  private static long authRevision(TestMachine machine) {
    AccessRules access = machine.machine().access();
    return access.enabled() ? access.revision() : 0;
  }

  private void replay(Random random, TestMachine machine) {
    Path checkpoint = null;
    int disturbances = 30;
    while (machine.state().index() < log.size() - 1) {
      applyNext(machine);
      if (disturbances == 0 || random.nextInt(3) != 0) {
        continue;
      }
      disturbances--;
      switch (random.nextInt(9)) {
        case 0 -> machine.restart();
        case 1, 2 -> machine.storage().flush();
        case 3 -> machine.crash();
        case 4 -> applyAgain(machine, random.nextInt((int) machine.state().index() + 1));
        case 5 -> {
          if (machine.state().compacted() > 0) {
            machine.sweep(1 + random.nextInt(20));
          }
        }
        case 6 -> checkpoint = machine.checkpoint();
        case 7 -> machine.storage().rewrite(Storage.UNLIMITED);
        default -> {
          if (checkpoint != null) {
            machine.restore(checkpoint);
          }
        }
      }
      StoreInvariants.check(machine.storage());
    }
  }

  private void applyNext(TestMachine machine) {
    long index = machine.state().index() + 1;
    Entry entry = log.get((int) index);
    CommandBatch batch = entry.batch();
    if (batch == null) {
      machine.machine().skip(entry.term(), index);
    } else {
      assertThat(machine.apply(entry.term(), index, batch))
          .as("entry %s", index)
          .isEqualTo(entry.applied());
    }
  }

  private void applyAgain(TestMachine machine, int index) {
    StoreState before = machine.state();
    Entry entry = log.get(index);
    CommandBatch batch = entry.batch();
    if (batch == null) {
      machine.machine().skip(entry.term(), index);
    } else {
      Applied applied = machine.apply(entry.term(), index, batch);
      assertThat(applied.slices()).isEmpty();
      assertThat(applied.events()).isEmpty();
      assertThat(applied.lockEvents()).isEmpty();
      assertThat(applied.leaseEvents()).isEmpty();
      assertThat(applied.treeEvents()).isEmpty();
    }
    assertThat(machine.state()).isEqualTo(before);
  }

  private static List<String> entries(Reader reader, Table table) {
    HexFormat hex = HexFormat.of();
    List<String> entries = new ArrayList<>();
    try (Cursor cursor = reader.scan(table, Bytes.EMPTY, null)) {
      while (cursor.next()) {
        entries.add(hex.formatHex(cursor.key()) + " " + hex.formatHex(cursor.value()));
      }
    }
    return entries;
  }
}
