package io.metastore.adapter.metastore;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Meters;
import io.metastore.core.command.Alarm;
import java.util.List;

/**
 * The view of a member that waits for a cluster: it knows only its own name.
 *
 * @param name the name that the member was started with
 */
record NoCluster(String name) implements ClusterView {

  @Override
  public long clusterId() {
    return 0;
  }

  @Override
  public long memberId() {
    return 0;
  }

  @Override
  public long term() {
    return 0;
  }

  @Override
  public long revision() {
    return 0;
  }

  @Override
  public long leaderId() {
    return 0;
  }

  @Override
  public boolean isLearner() {
    return false;
  }

  @Override
  public long leaderChanges() {
    return 0;
  }

  @Override
  public long leaderlessMs() {
    return 0;
  }

  @Override
  public long committedIndex() {
    return 0;
  }

  @Override
  public long appliedIndex() {
    return 0;
  }

  @Override
  public long sizeBytes() {
    return 0;
  }

  @Override
  public long sizeInUseBytes() {
    return 0;
  }

  @Override
  public long quotaBytes() {
    return 0;
  }

  @Override
  public List<Alarm> alarms() {
    return List.of();
  }

  @Override
  public List<MemberInfo> members() {
    return List.of();
  }

  @Override
  public long minLeaseTtl() {
    return 0;
  }

  @Override
  public int maxRequestBytes() {
    return 0;
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
    return 0;
  }

  @Override
  public long compactedRevision() {
    return 0;
  }

  @Override
  public Meters meters() {
    return new Meters();
  }

  @Override
  public Meters.PeerMeter peerMeter(long memberId) {
    return new Meters.PeerMeter();
  }
}
