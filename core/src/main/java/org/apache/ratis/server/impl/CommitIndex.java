package org.apache.ratis.server.impl;

import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;

/** Advances a follower's commit index. In Ratis' package because Ratis offers no public access. */
public final class CommitIndex {
  private CommitIndex() {}

  /**
   * Advances the commit index up to an entry known to be committed, as far as this member's log on
   * disk is the same: two logs that contain an entry with the same index and term are equal up to
   * it (Ongaro's thesis, section 3.5).
   *
   * @param term term of the entry
   */
  public static void advance(RaftServer.Division division, long term, long index) {
    RaftLog log = division.getRaftLog();
    if (log.getLastCommittedIndex() < index && log.isOpened() && !division.getInfo().isLeader()) {
      // Checks, under the log's lock, that the last entry on disk up to the index has this term.
      ((RaftServerImpl) division).getState().updateCommitIndex(index, term, true);
    }
  }
}
