package io.metastore.adapter.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.adapter.zookeeper.RandomRequests.Request;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sends the same random requests to a real ZooKeeper and to our server: replies, events and their
 * order must be equal.
 */
class SideBySideTest {
  private static final int CONNECTIONS = 3;
  private static final int STEPS = Integer.getInteger("steps", 600);
  private static final int BATCH_MAX = 5;

  /** Number of requests shown if the servers differ. */
  private static final int SHOWN = Integer.getInteger("shown", 25);

  @TempDir private Path directory;

  static LongStream seeds() {
    Long pinned = Long.getLong("seed");
    return pinned != null ? LongStream.of(pinned) : new Random().longs(Long.getLong("seeds", 2));
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void repliesAndEventsAreThoseOfZooKeeper(long seed) throws Exception {
    Random random = new Random(seed);
    RandomRequests requests = new RandomRequests(random);
    List<String> history = new ArrayList<>();
    try (RealZooKeeper zookeeper = new RealZooKeeper(directory.resolve("zookeeper"));
        TestServer server = TestServer.withoutConfiguration(directory.resolve("metastore"));
        Transcript theirs = new Transcript(zookeeper.port(), CONNECTIONS);
        Transcript ours = new Transcript(server.port(), CONNECTIONS)) {
      for (int step = 0; step < STEPS; step++) {
        int connection = random.nextInt(CONNECTIONS);
        List<Request> batch = batch(random, requests);
        batch.forEach(request -> history.add(connection + ": " + request.text()));
        List<String> expected = theirs.run(connection, batch);
        List<String> actual = ours.run(connection, batch);
        String message =
            "step %s, after%n%s"
                .formatted(
                    step,
                    String.join(
                        "\n",
                        history.subList(Math.max(0, history.size() - SHOWN), history.size())));
        if (batch.get(0).isClose()) {
          // ZooKeeper keeps a session's ephemeral nodes in a hash table.
          assertThat(actual).as(message).containsExactlyInAnyOrderElementsOf(expected);
        } else if (batch.size() == 1) {
          assertThat(actual).as(message).isEqualTo(expected);
        } else {
          // The event of a later request may come before the reply to an earlier one.
          assertThat(only("event", actual)).as(message).isEqualTo(only("event", expected));
          assertThat(only("reply", actual)).as(message).isEqualTo(only("reply", expected));
        }
      }
    }
  }

  private static List<Request> batch(Random random, RandomRequests requests) {
    List<Request> batch = new ArrayList<>();
    int size = random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(BATCH_MAX);
    while (batch.size() < size) {
      Request next = requests.next();
      if (next.mayOvertake()) {
        // The reply to the ping comes after all events so far, unlike that to an authentication.
        return next.isAuth() ? List.of(next, requests.ping()) : List.of(next);
      }
      if (next.concernsQuota() && batch.stream().anyMatch(Request::concernsQuota)) {
        // ZooKeeper checks quotas against what is applied when a request arrives. Whether that
        // includes the requests sent just before is a matter of time.
        return batch;
      }
      batch.add(next);
    }
    return batch;
  }

  private static List<String> only(String kind, List<String> lines) {
    return lines.stream().filter(line -> line.startsWith(kind)).toList();
  }
}
