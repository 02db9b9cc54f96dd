package io.metastore.core.raft;

import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;

/**
 * The parts of a checkpoint for one follower, with two changes that leave time for the requests of
 * clients. They come at a limited rate, because a checkpoint may have gigabytes, and reading,
 * checksumming and sending it takes processor time, disk and network. And only the last part
 * contains Raft's configuration: Ratis puts it into each one, and the receiver forces it to disk
 * each time.
 *
 * <p>Used by the thread that sends them, which waits in {@link Iterator#next}.
 */
final class CheckpointParts implements Iterable<InstallSnapshotRequestProto> {
  /** As in CockroachDB ({@code kv.snapshot_rebalance.max_rate}). */
  private static final long BYTES_PER_SECOND = 32L << 20;

  private final Iterable<InstallSnapshotRequestProto> parts;

  CheckpointParts(Iterable<InstallSnapshotRequestProto> parts) {
    this.parts = parts;
  }

  @Override
  public Iterator<InstallSnapshotRequestProto> iterator() {
    Iterator<InstallSnapshotRequestProto> iterator = parts.iterator();
    return new Iterator<>() {
      private long nextNanos = System.nanoTime();

      @Override
      public boolean hasNext() {
        return iterator.hasNext();
      }

      @Override
      public InstallSnapshotRequestProto next() {
        LockSupport.parkNanos(nextNanos - System.nanoTime());
        InstallSnapshotRequestProto part = iterator.next();
        // Time lost is not made up for: the follower or the disk may be busy.
        nextNanos =
            Math.max(nextNanos, System.nanoTime())
                + TimeUnit.SECONDS.toNanos(part.getSerializedSize()) / BYTES_PER_SECOND;
        return part.getSnapshotChunk().getDone()
            ? part
            : part.toBuilder().clearLastRaftConfigurationLogEntryProto().build();
      }
    };
  }
}
