package org.apache.ratis.server.impl;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.leader.LeaderState.StepDownReason;
import org.apache.ratis.server.util.ServerStringUtils;
import org.apache.ratis.util.Daemon;
import org.apache.ratis.util.TimeDuration;
import org.apache.ratis.util.Timestamp;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The election timer of a follower: a thread that starts an election once the leader has been
 * silent for too long. Takes the place of Ratis 3.2.2's class of this name, whose timer looks only
 * when a random timeout is over and then, if anything was heard meanwhile, waits for a whole new
 * one: a lost leader is noticed after one to three election timeouts. This one counts from the last
 * message (docs/adr/0035).
 *
 * <p>Members take turns: each waits for a fifth of the election timeout longer than the member
 * before it in the order of ids. A random wait would now and then have two of them split the votes,
 * and then all wait once more.
 *
 * <p>A member that has started and heard of no leader yet waits for a short time only. Ratis knows
 * that as the first election timeout, but it also waits no longer for the answers to its requests
 * for votes then, which on a busy machine come later.
 *
 * <p>A new object is made each time a member becomes a follower, or a follower of another term.
 */
public class FollowerState extends Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(FollowerState.class);

  /**
   * Between two turns, as a part of the election timeout. Longer than the heartbeat interval: when
   * the first member's turn comes, the others must have been without a heartbeat for an election
   * timeout too, or they refuse to vote.
   */
  private static final double TURN = 0.2;

  private static final String FIRST_TIMEOUT_MS = "metastore.first-election-timeout-ms";

  /** Why a member that starts becomes a follower, as Ratis says it. */
  private static final String START = "startAsFollower";

  /** What a follower hears, and by how much that changes the number of operations under way. */
  enum UpdateType {
    APPEND_START(1),
    APPEND_COMPLETE(-1),
    INSTALL_SNAPSHOT_START(1),
    INSTALL_SNAPSHOT_COMPLETE(-1),
    INSTALL_SNAPSHOT_NOTIFICATION(0),
    REQUEST_VOTE(0);

    private final int change;

    UpdateType(int change) {
      this.change = change;
    }
  }

  private final RaftServerImpl server;
  private final Object reason;
  private final Timestamp created = Timestamp.currentTime();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final AtomicInteger outstanding = new AtomicInteger();
  private volatile Timestamp lastHeard = created;
  private volatile boolean heard;
  private volatile boolean running = true;

  /**
   * Sets how long a member that starts waits for a leader, if it is the first to stand for
   * election.
   */
  public static void setFirstTimeoutMs(RaftProperties properties, int firstTimeoutMs) {
    properties.setInt(FIRST_TIMEOUT_MS, firstTimeoutMs);
  }

  /**
   * @param reason why the member became a follower
   */
  FollowerState(RaftServerImpl server, Object reason) {
    super(
        newBuilder()
            .setName(
                ServerStringUtils.generateUnifiedName(server.getMemberId(), FollowerState.class))
            .setThreadGroup(server.getThreadGroup()));
    this.server = server;
    this.reason = reason;
  }

  /** The leader was heard, or a candidate got this member's vote; any thread. */
  void updateLastRpcTime(UpdateType type) {
    lastHeard = Timestamp.currentTime();
    heard = true;
    outstanding.addAndGet(type.change);
  }

  Timestamp getLastRpcTime() {
    return lastHeard;
  }

  /** How many messages of the leader are being worked on. */
  int getOutstandingOp() {
    return outstanding.get();
  }

  /** Whether the leader was heard within the election timeout; if so, others get no vote. */
  boolean isCurrentLeaderValid() {
    return isHeardWithin(server.properties().minRpcTimeout());
  }

  /** Ends the thread; the future completes when it has ended. */
  CompletableFuture<Void> stopRunning() {
    running = false;
    interrupt();
    return stopped;
  }

  @Override
  public void run() {
    try {
      awaitSilence();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // by stopRunning()
    } finally {
      stopped.complete(null);
    }
  }

  private void awaitSilence() throws InterruptedException {
    TimeDuration turn = server.properties().minRpcTimeout().multiply(TURN);
    while (isFollowing()) {
      TimeDuration timeout = timeout();
      TimeDuration remaining = timeout.subtract(lastHeard.elapsedTime());
      if (remaining.isPositive()) {
        TimeDuration late = remaining.sleep();
        if (late.compareTo(server.getSleepDeviationThreshold()) > 0) {
          // This process stood still: what the leader has sent meanwhile is to be read first.
          turn.sleep();
        }
      } else if (!startElection(timeout)) {
        // Not a whole turn, lest it is the next member's.
        turn.multiply(0.5).sleep();
      }
    }
  }

  private boolean isFollowing() {
    return running && (server.getInfo().isFollower() || server.getInfo().isListener());
  }

  /** For how long nothing must have been heard before this member stands for election. */
  private TimeDuration timeout() {
    int electionMs = server.properties().minRpcTimeoutMs();
    int firstMs = server.getRaftServer().getProperties().getInt(FIRST_TIMEOUT_MS, electionMs);
    double ms =
        reason.equals(START) && !heard
            ? firstMs * (1 + 0.5 * rank())
            : electionMs * (1 + TURN * (1 + rank()));
    return TimeDuration.valueOf((long) ms, TimeUnit.MILLISECONDS);
  }

  /** How many of those who may stand for election come before this member. */
  private int rank() {
    @Nullable RaftPeerId lost = server.getState().getLeaderId();
    String self = server.getId().toString();
    int before = 0;
    for (RaftPeer peer : server.getRaftConf().getCurrentPeers()) {
      RaftPeerId id = peer.getId();
      if (!id.equals(lost) && id.toString().compareTo(self) < 0) {
        before++;
      }
    }
    return before;
  }

  private boolean startElection(TimeDuration timeout) {
    synchronized (server) {
      boolean starts =
          running
              && server.getInfo().isFollower()
              && server.isRunning()
              && outstanding.get() == 0
              && !isHeardWithin(timeout)
              && !lostMajorityHeartbeatsRecently();
      if (starts) {
        LOG.info("{}: heard nothing for {}, starting an election", this, lastHeard.elapsedTime());
        server.getLeaderElectionMetrics().onLeaderElectionTimeout();
        server.changeToCandidate(false);
      }
      return starts;
    }
  }

  private boolean isHeardWithin(TimeDuration time) {
    return lastHeard.elapsedTime().compareTo(time) < 0;
  }

  /** See {@link LostMajority}. Over as soon as another leader is heard. */
  boolean lostMajorityHeartbeatsRecently() {
    return reason == StepDownReason.LOST_MAJORITY_HEARTBEATS
        && !heard
        && created.elapsedTime().compareTo(server.getLeaderStepDownWaitTime()) < 0;
  }

  @Override
  public String toString() {
    return getName();
  }
}
