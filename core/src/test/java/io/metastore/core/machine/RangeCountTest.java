package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.command.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares counts of ranges, at the newest and at older revisions, with sets of keys. */
class RangeCountTest {
  private static final int STEPS = 60;
  private static final int KEYS = 40_000;

  @RegisterExtension final Machines machines = new Machines();

  private final TreeSet<String> keys = new TreeSet<>();
  private final TreeMap<Long, TreeSet<String>> keysAt = new TreeMap<>();

  static LongStream seeds() {
    return Seeds.some(2);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void countsEqualTheNumberOfExistingKeys(long seed) {
    Random random = new Random(seed);
    TestMachine machine = machines.open();
    for (int i = 0; i < STEPS; i++) {
      if (random.nextInt(4) == 0) {
        delete(machine, random);
      } else {
        put(machine, random);
      }
      keysAt.put(machine.state().revision(), new TreeSet<>(keys));
      for (int j = 0; j < 5; j++) {
        check(machine, random);
      }
    }
    machine.restart();
    StoreInvariants.check(machine.storage());
    check(machine, random);
  }

  /** Puts many neighbouring keys, or many random ones. */
  private void put(TestMachine machine, Random random) {
    int count = random.nextInt(3_000);
    int first = random.nextInt(KEYS);
    boolean neighbours = random.nextBoolean();
    List<Op> ops = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String key = key(neighbours ? first + i : random.nextInt(KEYS));
      keys.add(key);
      ops.add(Op.newBuilder().setPut(Commands.putOp(key, "v")).build());
    }
    machine.apply(Commands.of(ops.toArray(Op[]::new)));
  }

  private void delete(TestMachine machine, Random random) {
    String from = key(random.nextInt(KEYS));
    String to = key(random.nextInt(2 * KEYS));
    Delete delete =
        Delete.newBuilder().setKey(Commands.bytes(from)).setRangeEnd(Commands.bytes(to)).build();
    machine.apply(Commands.of(Op.newBuilder().setDelete(delete).build()));
    if (from.compareTo(to) < 0) {
      keys.subSet(from, to).clear();
    }
  }

  private void check(TestMachine machine, Random random) {
    String from = random.nextInt(5) == 0 ? "\0" : key(random.nextInt(KEYS));
    String to = random.nextInt(3) == 0 ? "\0" : key(random.nextInt(KEYS));
    long revision =
        random.nextBoolean()
            ? 0
            : requireNonNull(
                keysAt.floorKey(
                    Math.max(
                        keysAt.firstKey(),
                        machine.state().revision() - random.nextInt(random.nextInt(40) + 1))));
    TreeSet<String> then =
        revision == 0 ? keys : requireNonNull(keysAt.get(revision), "keys at that revision");
    int wanted =
        to.equals("\0")
            ? then.tailSet(from).size()
            : from.compareTo(to) >= 0 ? 0 : then.subSet(from, to).size();
    Range.Builder range = Commands.range(from, to).setRevision(revision);
    String what = from + " to " + to + " at " + revision;
    assertThat(read(machine, range.clone().setCountOnly(true)).count()).as(what).isEqualTo(wanted);
    RangeResult page = read(machine, range.clone().setLimit(3));
    assertThat(page.count()).as("count beside the page of " + what).isEqualTo(wanted);
    assertThat(page.keyValues()).as("page of " + what).hasSize(Math.min(3, wanted));
    assertThat(page.more()).as("more keys than the page of " + what).isEqualTo(wanted > 3);
  }

  private static RangeResult read(TestMachine machine, Range.Builder range) {
    StoreView view = requireNonNull(machine.machine().tryView());
    try {
      return ((Outcome.Ranged) view.range(range.build())).result();
    } finally {
      view.release();
    }
  }

  private static String key(int number) {
    return "k%05d".formatted(number);
  }
}
