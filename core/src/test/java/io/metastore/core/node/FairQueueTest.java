package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FairQueueTest {
  private final FairQueue queue = new FairQueue(3, 5);
  private final List<String> done = new ArrayList<>();

  @Test
  void lanesAreServedInTurn() {
    offer("a", "a1");
    offer("a", "a2");
    offer("a", "a3");
    offer("b", "b1");
    offer("c", "c1");

    runAll();

    assertThat(done).containsExactly("a1", "b1", "c1", "a2", "a3");
  }

  @Test
  void aFullLaneLeavesRoomForOthers() {
    offer("a", "a1");
    offer("a", "a2");
    offer("a", "a3");

    assertThat(offer("a", "a4")).isFalse();
    assertThat(offer("b", "b1")).isTrue();
    assertThat(offer("b", "b2")).isTrue();
    assertThat(offer("c", "c1")).as("all lanes together are full").isFalse();

    runAll();
    assertThat(done).containsExactly("a1", "b1", "a2", "b2", "a3");
    assertThat(offer("a", "a5")).as("there is room again").isTrue();
  }

  private boolean offer(String lane, String work) {
    return queue.offer(lane, () -> done.add(work));
  }

  private void runAll() {
    for (Runnable work = queue.poll(); work != null; work = queue.poll()) {
      work.run();
    }
  }
}
