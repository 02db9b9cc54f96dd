package io.metastore.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.machine.Commands;
import io.metastore.core.machine.Machines;
import io.metastore.core.machine.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RangeIndexTest {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  @RegisterExtension final Machines machines = new Machines();

  static LongStream seeds() {
    return Seeds.some(5);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void theIndexFindsTheSameWatchersAsALinearSearch(long seed) {
    Random random = new Random(seed);
    try (TestHub hub = new TestHub(machines.open(), TestHub.ROOMY)) {
      HubStream stream = hub.hubStream();
      RangeIndex index = new RangeIndex();
      List<Watcher> watchers = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        // The index grows at first and is empty at the end.
        if (random.nextInt(1000) > i) {
          Watcher watcher = new Watcher(i, stream, randomSpec(random));
          index.add(watcher);
          watchers.add(watcher);
        } else if (!watchers.isEmpty()) {
          index.remove(watchers.remove(random.nextInt(watchers.size())));
        }
        ByteString key = key(random);
        List<Watcher> found = new ArrayList<>();
        index.forEachMatch(key, found::add);
        assertThat(found)
            .containsExactlyInAnyOrderElementsOf(
                watchers.stream().filter(watcher -> watcher.range.contains(key)).toList());
      }
      assertThat(index.all()).containsExactlyInAnyOrderElementsOf(watchers);
      watchers.forEach(index::remove);
      assertThat(index.isEmpty()).isTrue();
    }
  }

  private static WatchSpec randomSpec(Random random) {
    ByteString end =
        switch (random.nextInt(5)) {
          case 0 -> ByteString.EMPTY;
          case 1 -> ZERO;
          default -> key(random);
        };
    return new WatchSpec(key(random), end, 0, true, true, false, false);
  }

  private static ByteString key(Random random) {
    StringBuilder key = new StringBuilder();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      key.append((char) random.nextInt('a', 'f'));
    }
    return Commands.bytes(key.toString());
  }
}
