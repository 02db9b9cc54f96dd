package io.metastore.core.node;

import io.metastore.core.api.ClusterView;
import io.metastore.core.raft.ProcessStopper;
import io.metastore.core.raft.RaftNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that this member was removed. The others stop talking to a removed member, possibly
 * before it receives the entry that removes it. So it asks them when it has no leader, or when
 * Ratis has closed its server, which happens when a candidate is told that it is no member.
 * Learners never miss a leader and ask all the time.
 *
 * <p>Used by one thread.
 */
final class RemovalWatch {
  private static final Logger LOG = LoggerFactory.getLogger(RemovalWatch.class);

  /**
   * When Raft has stopped, look this many times: the others may not have applied the removal yet.
   */
  private static final int LOOKS_WHEN_DEAD = 4;

  private final NodeConfig config;
  private final KnownMemberCheck known;
  private final RaftNode raft;
  private final ClusterView cluster;
  private final ProcessStopper stopper;

  private volatile boolean asking;
  private volatile boolean removed;
  private int looksWhenDead;

  RemovalWatch(
      NodeConfig config,
      KnownMemberCheck known,
      RaftNode raft,
      ClusterView cluster,
      ProcessStopper stopper) {
    this.config = config;
    this.known = known;
    this.raft = raft;
    this.cluster = cluster;
    this.stopper = stopper;
  }

  /** Called regularly. */
  void look() {
    if (asking || removed) {
      return;
    }
    if (!raft.isAlive()) {
      looksWhenDead++;
      if (looksWhenDead > LOOKS_WHEN_DEAD) {
        stopper.stop("raft stopped", new IllegalStateException("raft division is not alive"));
        return;
      }
    } else if (cluster.leaderlessMs() < 2L * config.electionTimeoutMs()
        && !raft.members().isLearner(config.memberId())) {
      return;
    }
    asking = true;
    known
        .isRemoved()
        .whenComplete(
            (told, failure) -> {
              if (failure == null && told) {
                removed = true;
                LOG.atWarn()
                    .addKeyValue("member-id", Long.toHexString(config.memberId()))
                    .log("this member was removed from the cluster; shutting down");
                known.markRemoved();
                stopper.removed();
              }
              asking = false;
            });
  }
}
