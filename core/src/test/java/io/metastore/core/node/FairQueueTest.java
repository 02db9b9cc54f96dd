package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FairQueueTest {
  private static final String HOME = "home";
  private static final String ELSEWHERE = "elsewhere";

  private final FairQueue<String> queue = new FairQueue<>(3, 5);

  @Test
  void lanesAreServedInTurn() {
    assertThat(offerAll("a1", "a2", "a3", "b1", "c1")).isEmpty();

    assertThat(served()).containsExactly("a1", "b1", "c1", "a2", "a3");
  }

  @Test
  void aFullLaneLeavesRoomForOthers() {
    assertThat(offerAll("a1", "a2", "a3", "a4", "b1", "b2")).containsExactly("a4");

    assertThat(served()).containsExactly("a1", "b1", "a2", "b2", "a3");
    assertThat(offerAll("a5")).as("there is room again").isEmpty();
  }

  @Test
  void theLongestLaneGivesUpATaskForANewLane() {
    assertThat(offerAll("a1", "a2", "a3", "b1", "b2", "c1")).containsExactly("a3");
    assertThat(offerAll("d1", "e1")).containsExactly("a2", "b2");
    assertThat(offerAll("f1")).as("no lane has two more").containsExactly("f1");
  }

  @Test
  void sourcesOfALaneAreServedInTurn() {
    queue.offer("a", HOME, "h1");
    queue.offer("a", HOME, "h2");
    queue.offer("a", ELSEWHERE, "e1");

    assertThat(served()).containsExactly("h1", "e1", "h2");
  }

  @Test
  void theLongestSourceOfAFullLaneGivesUpATaskForAnother() {
    queue.offer("a", HOME, "h1");
    queue.offer("a", HOME, "h2");
    queue.offer("a", HOME, "h3");

    assertThat(queue.offer("a", ELSEWHERE, "e1")).isEqualTo("h3");
    assertThat(queue.offer("a", ELSEWHERE, "e2")).as("each has its share").isEqualTo("e2");
    assertThat(queue.offer("a", HOME, "h4")).isEqualTo("h4");
    assertThat(queue.offer("a", "third", "t1")).isEqualTo("h2");

    assertThat(served()).containsExactly("h1", "e1", "t1");
  }

  @Test
  void randomTasksAreServedOrDroppedExactlyOnce() {
    long seed = Long.getLong("seed", new Random().nextLong());
    Random random = new Random(seed);
    Set<String> waiting = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      if (random.nextInt(3) == 0) {
        String task = queue.poll();
        assertThat(task != null ? waiting.remove(task) : waiting.isEmpty())
            .as("-Dseed=%d", seed)
            .isTrue();
      } else {
        String task = "task" + i;
        waiting.add(task);
        String dropped =
            queue.offer("lane" + random.nextInt(4), "source" + random.nextInt(4), task);
        assertThat(dropped == null || waiting.remove(dropped)).as("-Dseed=%d", seed).isTrue();
      }
      assertThat(waiting).as("-Dseed=%d", seed).hasSizeLessThanOrEqualTo(5);
    }
    assertThat(served()).as("-Dseed=%d", seed).containsExactlyInAnyOrderElementsOf(waiting);
  }

  /**
   * Offers tasks, each in the lane that its first letter names.
   *
   * @return those that there was no room for
   */
  private List<String> offerAll(String... tasks) {
    List<String> dropped = new ArrayList<>();
    for (String task : tasks) {
      String refused = queue.offer(task.substring(0, 1), HOME, task);
      if (refused != null) {
        dropped.add(refused);
      }
    }
    return dropped;
  }

  private List<String> served() {
    List<String> served = new ArrayList<>();
    for (String task = queue.poll(); task != null; task = queue.poll()) {
      served.add(task);
    }
    return served;
  }
}
