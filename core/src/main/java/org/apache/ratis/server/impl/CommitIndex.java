package org.apache.ratis.server.impl;

import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;

/**
 * The commit index of a follower, which Ratis lets nobody but itself move. In its package for that
 * reason.
 */
public final class CommitIndex {
  private CommitIndex() {}

  /**
   * An entry is known to be committed. Commits what is on disk here up to it, if that is surely the
   * same log: two logs that have an entry of one index and term are the same up to there (Ongaro's
   * thesis, section 3.5).
   *
   * @param term of the entry
   */
  public static void advance(RaftServer.Division division, long term, long index) {
    RaftLog log = division.getRaftLog();
    if (log.getLastCommittedIndex() < index && log.isOpened() && !division.getInfo().isLeader()) {
      // Checks, under the log's lock, that the last entry on disk up to the index has the term.
      ((RaftServerImpl) division).getState().updateCommitIndex(index, term, true);
    }
  }
}
