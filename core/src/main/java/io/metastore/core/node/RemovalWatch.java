package io.metastore.core.node;

import io.metastore.core.api.ClusterView;
import io.metastore.core.raft.ProcessStopper;
import io.metastore.core.raft.RaftNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that this member was removed: the others stop talking to it, at the latest before it has
 * seen the entry that says so. So it asks them when it misses a leader, or when Ratis has closed
 * its server, as it does where a candidate is told that it does not belong. Learners never miss a
 * leader, and ask all the time.
 *
 * <p>Used by one thread.
 */
final class RemovalWatch {
  private static final Logger LOG = LoggerFactory.getLogger(RemovalWatch.class);

  /** Raft may have stopped a moment before the others have applied why. */
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

  /** Called now and then. */
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
