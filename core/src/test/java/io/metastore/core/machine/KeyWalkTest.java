package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.KeyWalk;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.command.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Walks of ranges against the same ranges read at once. */
class KeyWalkTest {
  private static final int STEPS = 300;
  private static final int WALKS = 100;
  private static final int KEYS = 60;
  private static final int VALUE_BYTES_MAX = 20_000;

  @RegisterExtension final Machines machines = new Machines();

  static LongStream seeds() {
    return Seeds.some(2);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void walkFindsWhatTheRangeHas(long seed) throws IOException {
    Random random = new Random(seed);
    TestMachine machine = machines.open();
    for (int i = 0; i < STEPS; i++) {
      change(machine, random);
    }
    StoreView retained = requireNonNull(machine.machine().tryView());
    try (ReadView view = retained.owned(null)) {
      for (int i = 0; i < WALKS; i++) {
        Range range = range(random, view.revision());
        assertThat(view.findRefusal(range)).isNull();
        assertThat(walk(view, range, random)).as("%s", range).isEqualTo(range(view, range));
      }
    }
  }

  private static void change(TestMachine machine, Random random) {
    String key = key(random);
    if (random.nextInt(4) == 0) {
      Delete delete = Delete.newBuilder().setKey(Commands.bytes(key)).build();
      machine.apply(Commands.of(Op.newBuilder().setDelete(delete).build()));
    } else {
      String value = "v".repeat(random.nextInt(2) * random.nextInt(VALUE_BYTES_MAX));
      machine.apply(Commands.of(Op.newBuilder().setPut(Commands.putOp(key, value)).build()));
    }
  }

  private static Range range(Random random, long revision) {
    Range.Builder range =
        random.nextInt(5) == 0
            ? Range.newBuilder().setKey(Commands.bytes(key(random)))
            : Commands.range(key(random), random.nextBoolean() ? "\0" : key(random));
    if (random.nextBoolean()) {
      range.setRevision(1 + random.nextInt((int) revision));
    }
    if (random.nextInt(3) == 0) {
      range.setMinModRevision(random.nextInt((int) revision));
    }
    if (random.nextInt(3) == 0) {
      range.setMaxCreateRevision(1 + random.nextInt((int) revision));
    }
    return range.setKeysOnly(random.nextInt(4) == 0).build();
  }

  private static List<KeyValue> walk(ReadView view, Range range, Random random) throws IOException {
    List<KeyValue> found = new ArrayList<>();
    try (KeyWalk walk = view.walk(range)) {
      while (walk.next()) {
        ByteString value = value(walk);
        assertThat(walk.valueBytes()).isEqualTo(value.size());
        found.add(
            new KeyValue(
                walk.key(),
                value,
                walk.createRevision(),
                walk.modRevision(),
                walk.version(),
                walk.lease()));
        if (random.nextInt(5) == 0) {
          walk.pause();
        }
      }
    }
    return found;
  }

  /** What the range has; where it has no values, a walk cannot tell their sizes either. */
  private static List<KeyValue> range(ReadView view, Range range) {
    return ((Outcome.Ranged) view.range(range))
        .result().keyValues().stream()
            .map(
                found ->
                    new KeyValue(
                        found.key(),
                        found.value(),
                        found.createRevision(),
                        found.modRevision(),
                        found.version(),
                        found.lease()))
            .toList();
  }

  private static ByteString value(KeyWalk walk) throws IOException {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    walk.writeValue(1, out);
    out.flush();
    CodedInputStream in = bytes.toByteString().newCodedInput();
    in.readTag();
    return in.readBytes();
  }

  private static String key(Random random) {
    return "k%02d".formatted(random.nextInt(KEYS));
  }
}
