package io.metastore.core.node;

import io.metastore.core.api.Histogram;
import io.metastore.core.machine.StoreMachine;
import io.metastore.core.storage.Storage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rewrites the tables without obsolete entries, on the thread {@code defragment}. */
final class Defragmenter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Defragmenter.class);

  /**
   * Bytes that are written per second beside other work. At full speed the Raft log, which is
   * usually on the same disk, would wait for the disk.
   */
  private static final long BYTES_PER_SECOND = 32L << 20;

  private final Supplier<StoreMachine> machines;
  private final Histogram durations;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Threads.named("defragment"));

  /**
   * @param durations counts the rewrites, by seconds
   */
  Defragmenter(Supplier<StoreMachine> machines, Histogram durations) {
    this.machines = machines;
    this.durations = durations;
  }

  /** Rewrites the tables; one rewrite at a time. Any thread. */
  CompletableFuture<Void> defragment() {
    return CompletableFuture.runAsync(() -> rewrite(BYTES_PER_SECOND), thread);
  }

  /**
   * Rewrites the tables before the member starts, if that frees at least so many bytes. Blocks
   * meanwhile.
   */
  void atStart(long bytesMin) {
    Storage storage = machines.get().storage();
    long size = storage.sizeBytes();
    long inUse = storage.liveBytes();
    if (size - inUse >= bytesMin) {
      rewrite(Storage.UNLIMITED);
    } else {
      LOG.atInfo()
          .addKeyValue("current-db-size-bytes", size)
          .addKeyValue("current-db-size-in-use-bytes", inUse)
          .addKeyValue("bootstrap-defrag-threshold-bytes", bytesMin)
          .log("Skipping defragmentation");
    }
  }

  private void rewrite(long bytesPerSecond) {
    // Tables that have just been replaced by those of a checkpoint are new.
    machines.get().useTables(storage -> rewrite(storage, bytesPerSecond));
  }

  private void rewrite(Storage storage, long bytesPerSecond) {
    long sizeBefore = storage.sizeBytes();
    LOG.atInfo().addKeyValue("current-db-size-bytes", sizeBefore).log("defragmenting");
    durations.time(() -> storage.rewrite(bytesPerSecond));
    LOG.atInfo()
        .addKeyValue("current-db-size-bytes", storage.sizeBytes())
        .addKeyValue("current-db-size-bytes-diff", storage.sizeBytes() - sizeBefore)
        .log("finished defragmenting directory");
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
