package org.apache.ratis.util;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AwaitToRunTest {

  @Test
  void closeDoesNotWaitForTaskThatWaitsForItsCaller() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    AwaitToRun thread =
        new AwaitToRun(
            "test",
            () -> {
              running.countDown();
              awaitUninterruptibly(closed);
              ended.countDown();
            });
    thread.start().signal();
    running.await();

    thread.close();

    closed.countDown();
    ended.await();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
