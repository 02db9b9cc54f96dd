package io.metastore.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FullDiskTest {
  @TempDir Path directory;

  @Test
  void aFullDiskIsDetectedByTheErrorText() {
    assertThat(FullDisk.isCauseOf(new IOException("No space left on device"))).isTrue();
    assertThat(
            FullDisk.isCauseOf(
                new IllegalStateException(
                    "write", new FileNotFoundException("/d/log (Disk quota exceeded)"))))
        .isTrue();
    assertThat(FullDisk.isCauseOf(new IOException("Input/output error"))).isFalse();
    assertThat(FullDisk.isCauseOf(new IOException((String) null))).isFalse();
  }

  @Test
  void aStepIsRepeatedUntilThereIsSpace() throws Exception {
    AtomicInteger tries = new AtomicInteger();

    String done =
        FullDisk.retry(
            directory,
            () -> {
              if (tries.incrementAndGet() < 3) {
                throw new IOException("No space left on device");
              }
              return "done";
            });

    assertThat(done).isEqualTo("done");
    assertThat(tries).hasValue(3);
    assertThat(FullDisk.waitingMs(directory)).isZero();
  }

  @Test
  void anotherFailureIsNotRepeated() {
    AtomicInteger tries = new AtomicInteger();

    assertThatThrownBy(
            () ->
                FullDisk.retry(
                    directory,
                    () -> {
                      tries.incrementAndGet();
                      throw new IOException("Input/output error");
                    }))
        .hasMessage("Input/output error");

    assertThat(tries).hasValue(1);
  }

  @Test
  void theWaitIsVisibleAndEndsWhenTheMemberIsClosed() throws Exception {
    CountDownLatch tried = new CountDownLatch(2);
    AtomicBoolean interrupted = new AtomicBoolean();
    CompletableFuture<Void> wait = new CompletableFuture<>();
    Thread writer =
        new Thread(
            () -> {
              try {
                FullDisk.retry(
                    directory.resolve("raft/log"),
                    () -> {
                      tried.countDown();
                      throw new IOException("No space left on device");
                    });
              } catch (IOException e) {
                interrupted.set(Thread.currentThread().isInterrupted());
                wait.completeExceptionally(e);
              }
            });
    writer.start();
    tried.await();

    assertThat(FullDisk.waitingMs(directory)).isPositive();
    assertThat(FullDisk.waitingMs(directory.resolve("other"))).isZero();

    FullDisk.closing(directory, true);
    try {
      assertThatThrownBy(() -> wait.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .satisfies(failure -> assertThat(FullDisk.isWaitEnded(failure)).isTrue());
      assertThat(interrupted).isFalse();
      assertThat(FullDisk.waitingMs(directory)).isZero();
    } finally {
      FullDisk.closing(directory, false);
    }
  }
}
