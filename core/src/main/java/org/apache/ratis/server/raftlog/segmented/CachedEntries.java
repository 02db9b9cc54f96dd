package org.apache.ratis.server.raftlog.segmented;

import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;

/**
 * The entries of the log that Ratis keeps in memory. In Ratis' package because Ratis offers no
 * public access.
 */
public final class CachedEntries {
  private CachedEntries() {}

  /**
   * Drops an entry that is on disk. Ratis reads it from there if a follower needs it after all. Any
   * thread.
   */
  public static void drop(RaftLog log, long term, long index) {
    LogSegment segment = ((SegmentedRaftLog) log).getRaftLogCache().getSegment(index);
    if (segment != null) {
      segment.removeEntryCache(TermIndex.valueOf(term, index), LogSegment.Op.REMOVE_CACHE);
    }
  }
}
