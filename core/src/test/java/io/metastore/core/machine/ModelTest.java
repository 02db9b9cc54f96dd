package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Failure;
import io.metastore.core.api.KeyOrder;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Permission;
import io.metastore.core.command.Range;
import io.metastore.core.command.Slice;
import io.metastore.core.command.Txn;
import io.metastore.core.kv.ChangeLog;
import io.metastore.core.kv.ChangeLogs;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.lock.LockEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs random commands: the machine must give the same answers as {@link Model}, at every revision
 * that is not compacted.
 */
class ModelTest {
  private static final int ENTRIES = 300;
  private static final int PAGES_WAITING = 3;

  @RegisterExtension final Machines machines = new Machines();

  private final Model model = new Model();

  /** Waiting places, as known from events. */
  private final Set<Place> waiting = new HashSet<>();

  /** Places whose owners were told that they hold the lock. */
  private final Set<Place> told = new HashSet<>();

  /** The newest token that has held each lock. */
  private final Map<String, Long> tokens = new TreeMap<>();

  /** The pages after those that were read; they are read when the store has changed. */
  private final Queue<Range> nextPages = new ArrayDeque<>();

  private record Place(ByteString key, long token) {}

  static LongStream seeds() {
    return Seeds.some(6);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void theMachineAnswersAsTheModelDoes(long seed) {
    Random random = new Random(seed);
    RandomCommands commands =
        new RandomCommands(random, model::grantedIndex, model.auth::neededRevision);
    TestMachine machine = machines.open();
    for (int i = 0; i < ENTRIES; i++) {
      check(machine, commands.batch(model.revision()));
      checkLeases(machine);
      assertThat(machine.machine().alarms()).containsExactlyInAnyOrderElementsOf(model.alarms);
      checkAccess(machine.machine().access());
      for (int j = 0; j < 4; j++) {
        checkReads(machine, commands.range(model.revision()), commands.readTxn(model.revision()));
      }
      if (model.compacted > 0 && random.nextInt(3) == 0) {
        machine.sweep(1 + random.nextInt(10));
      }
      if (random.nextInt(50) == 0) {
        machine.restart();
      }
      if (random.nextInt(10) == 0) {
        StoreInvariants.check(machine.storage());
        checkAllRevisions(machine);
        checkChangeLog(machine);
      }
    }
  }

  private void check(TestMachine machine, CommandBatch batch) {
    long index = Math.max(1, machine.state().index() + 1);
    int eventsBefore = model.events.size();
    List<Applied.SliceOutcomes> expected = new ArrayList<>();
    Set<Place> holders = new HashSet<>();
    List<Outcome.LockPlace> places = new ArrayList<>();
    for (Slice slice : batch.getSlicesList()) {
      List<Outcome> outcomes = new ArrayList<>();
      for (Command command : slice.getCommandsList()) {
        Outcome outcome = model.apply(command, index);
        outcomes.add(outcome);
        if (outcome instanceof Outcome.LockPlace place) {
          places.add(place);
        }
        for (String name : RandomCommands.LOCKS) {
          model.holders(name).forEach(keyValue -> holders.add(place(keyValue)));
        }
      }
      if (slice.getOrigin() == TestMachine.ORIGIN) {
        expected.add(new Applied.SliceOutcomes(slice.getSequence(), outcomes));
      }
    }
    Applied applied = machine.apply(index, batch);
    assertThat(withoutDetails(applied.slices())).as("outcomes of %s", batch).isEqualTo(expected);
    assertThat(applied.events())
        .as("events of %s", batch)
        .isEqualTo(model.events.subList(eventsBefore, model.events.size()));
    assertThat(applied.revision()).isEqualTo(model.revision());
    assertThat(applied.compacted()).isEqualTo(model.compacted);
    assertThat(machine.state().revision()).isEqualTo(model.revision());
    for (Outcome.LockPlace place : places) {
      if (place.key() != null && !place.held()) {
        waiting.add(new Place(place.key(), place.token()));
      }
    }
    checkLocks(applied.lockEvents(), holders);
  }

  /**
   * Checks that events tell the owners of waiting places when they hold the lock or have lost the
   * place.
   *
   * @param holders places that held a lock after any of the entry's commands
   */
  private void checkLocks(List<LockEvent> events, Set<Place> holders) {
    for (LockEvent event : events) {
      Place place = new Place(event.key(), event.token());
      waiting.remove(place);
      if (event.kind() == LockEvent.Kind.HELD) {
        assertThat(holders).as("the place that is told that it holds the lock").contains(place);
        // A place of n/b is also a place of n, and may be granted both locks.
        if (told.add(place)) {
          String name = lockName(place.key());
          assertThat(event.token())
              .as("tokens of %s increase", name)
              // Only keys that clients put there in one transaction have the same token.
              .isGreaterThanOrEqualTo(tokens.getOrDefault(name, 0L));
          tokens.put(name, event.token());
        }
      }
    }
    Map<ByteString, KeyValue> now = model.state(model.revision());
    for (Place place : waiting) {
      KeyValue keyValue = now.get(place.key());
      assertThat(keyValue).as("waiting place %s", place).isNotNull();
      assertThat(place(keyValue)).isEqualTo(place);
      String name = lockName(place.key());
      assertThat(model.holders(name)).as("holders of %s", name).doesNotContain(keyValue);
    }
  }

  private static String lockName(ByteString place) {
    return place.toStringUtf8().replaceAll("/[^/]*$", "");
  }

  private static Place place(KeyValue keyValue) {
    return new Place(keyValue.key(), keyValue.createRevision());
  }

  private void checkLeases(TestMachine machine) {
    Map<Long, Model.LeaseState> leases = new TreeMap<>();
    LeaseTable.forEach(
        machine.storage(),
        lease ->
            leases.put(
                lease.id(),
                new Model.LeaseState(lease.ttl(), lease.remaining(), lease.grantedIndex())));
    assertThat(leases).isEqualTo(model.leases);
    for (long id = 0; id <= 5; id++) {
      List<ByteString> attached = id == 0 ? List.of() : model.attached(id);
      assertThat(LeaseTable.keys(machine.storage(), id))
          .as("keys of lease " + id)
          .isEqualTo(attached);
    }
  }

  private void checkAccess(AccessRules access) {
    assertThat(access.enabled()).isEqualTo(model.auth.enabled);
    assertThat(access.revision()).isEqualTo(model.auth.revision);
    assertThat(access.users()).isEqualTo(model.auth.views());
    assertThat(access.roles()).isEqualTo(List.copyOf(model.auth.roles.keySet()));
    for (String user : RandomCommands.PRINCIPALS) {
      assertThat(access.findPasswordHash(user)).isEqualTo(model.auth.findPasswordHash(user));
      for (String key : RandomCommands.KEYS) {
        ByteString bytes = Commands.bytes(key);
        for (Permission.Right right : ModelAuth.RIGHTS) {
          assertThat(access.permits(user, right, bytes, ByteString.EMPTY))
              .as("%s of %s on %s", right, user, key)
              .isEqualTo(model.auth.permits(user, right, bytes));
        }
      }
    }
  }

  private void checkReads(TestMachine machine, Range range, Txn txn) {
    checkRange(machine, range);
    if (nextPages.size() >= PAGES_WAITING) {
      checkRange(machine, nextPages.remove());
    }
    Outcome txnDone = machine.read(view -> view.readTxn(txn, Long.MAX_VALUE));
    assertThat(withoutDetails(txnDone)).as("txn %s", txn).isEqualTo(model.readTxn(txn));
  }

  private void checkRange(TestMachine machine, Range range) {
    Outcome outcome = machine.read(view -> view.range(range));
    assertThat(withoutDetails(outcome)).as("range %s", range).isEqualTo(model.range(range));
    if (outcome instanceof Outcome.Ranged ranged && ranged.result().more()) {
      List<KeyValue> page = ranged.result().keyValues();
      if (!page.isEmpty()) {
        long revision = range.getRevision() > 0 ? range.getRevision() : ranged.revision();
        ByteString next = KeyOrder.after(page.get(page.size() - 1).key());
        nextPages.add(range.toBuilder().setKey(next).setRevision(revision).build());
      }
    }
  }

  private void checkAllRevisions(TestMachine machine) {
    for (long revision = Math.max(1, model.compacted); revision <= model.revision(); revision++) {
      Range all = Commands.range("\0", "\0").setRevision(revision).build();
      Outcome ranged = machine.read(view -> view.range(all));
      assertThat(((Outcome.Ranged) ranged).result().keyValues())
          .as("keys at revision " + revision)
          .isEqualTo(List.copyOf(model.state(revision).values()));
    }
  }

  private void checkChangeLog(TestMachine machine) {
    long from = Math.max(1, model.compacted);
    List<ChangeLog.Change> expected =
        model.events.stream()
            .filter(event -> event.current().modRevision() >= from)
            .map(ModelTest::change)
            .toList();
    List<ChangeLog.Change> log = ChangeLogs.read(machine.storage(), from, model.revision());
    assertThat(log.stream().map(ModelTest::withoutPlace).toList()).isEqualTo(expected);
  }

  private static ChangeLog.Change withoutPlace(ChangeLog.Change change) {
    return new ChangeLog.Change(
        change.revision(), 0, change.kind(), change.key(), change.version(), 0);
  }

  private static ChangeLog.Change change(WatchEvent event) {
    KeyValue current = event.current();
    boolean update =
        event.kind() == WatchEvent.Kind.PUT && current.createRevision() < current.modRevision();
    return new ChangeLog.Change(
        current.modRevision(), 0, event.kind(), current.key(), update ? current : null, 0);
  }

  private static List<Applied.SliceOutcomes> withoutDetails(List<Applied.SliceOutcomes> slices) {
    return slices.stream()
        .map(
            slice ->
                new Applied.SliceOutcomes(
                    slice.sequence(),
                    slice.outcomes().stream().map(ModelTest::withoutDetails).toList()))
        .toList();
  }

  private static Outcome withoutDetails(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        ? new Outcome.Failed(failed.revision(), Failure.of(failed.failure().code()))
        : outcome;
  }
}
