package io.metastore.adapter.etcd;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Meters;
import io.metastore.core.command.Alarm;
import java.util.List;

/** A cluster whose state the test sets. */
final class FakeCluster implements ClusterView {
  volatile long leader = 22;
  volatile long leaderlessMs;
  volatile boolean learner;
  volatile long revision = 100;
  volatile List<Alarm> alarms = List.of();
  volatile int maxRequestBytes = 1_572_864;
  private final Meters meters = new Meters();

  @Override
  public long clusterId() {
    return 11;
  }

  @Override
  public long memberId() {
    return 22;
  }

  @Override
  public String name() {
    return "a";
  }

  @Override
  public long term() {
    return 3;
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public long leaderId() {
    return leader;
  }

  @Override
  public long leaderChanges() {
    return 1;
  }

  @Override
  public long leaderlessMs() {
    return leaderlessMs;
  }

  @Override
  public long committedIndex() {
    return 500;
  }

  @Override
  public long appliedIndex() {
    return 499;
  }

  @Override
  public long sizeBytes() {
    return 4096;
  }

  @Override
  public long sizeInUseBytes() {
    return 2048;
  }

  @Override
  public long quotaBytes() {
    return 8192;
  }

  @Override
  public List<Alarm> alarms() {
    return alarms;
  }

  @Override
  public List<MemberInfo> members() {
    return List.of(
        new MemberInfo(
            22, "a", List.of("http://127.0.0.1:1"), List.of("http://127.0.0.1:2"), false),
        new MemberInfo(-5, "", List.of("http://127.0.0.1:3"), List.of(), false));
  }

  @Override
  public boolean isLearner() {
    return learner;
  }

  @Override
  public long minLeaseTtl() {
    return 2;
  }

  @Override
  public int maxRequestBytes() {
    return maxRequestBytes;
  }

  @Override
  public long pendingProposals() {
    return 0;
  }

  @Override
  public WatchCounts watches() {
    return new WatchCounts(0, 0, 0, 0);
  }

  @Override
  public long keys() {
    return 0;
  }

  @Override
  public int openViews() {
    return 1;
  }

  @Override
  public long compactedRevision() {
    return 0;
  }

  @Override
  public Meters meters() {
    return meters;
  }

  @Override
  public Meters.PeerMeter peerMeter(long memberId) {
    throw new AssertionError("no service asks for it");
  }
}
