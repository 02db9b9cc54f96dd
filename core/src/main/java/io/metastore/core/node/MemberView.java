package io.metastore.core.node;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Meters;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.MemberNote;
import io.metastore.core.machine.MemberTable;
import io.metastore.core.machine.StoreMachine;
import io.metastore.core.machine.StoreView;
import io.metastore.core.raft.RaftNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The {@link ClusterView} of a running member. */
final class MemberView implements ClusterView {
  private final NodeConfig config;
  private final RaftNode raft;
  private final AppliedIndex applied;
  private final Supplier<StoreView> views;
  private final Supplier<StoreMachine> machines;
  private final LongSupplier pending;
  private final Supplier<WatchCounts> watches;
  private final Meters meters;

  /** When a leader was last seen. */
  private volatile long leaderSeenNanos = System.nanoTime();

  /** The leader that {@link #noteLeader} saw last; 0 for none. Written by one thread. */
  private long leaderSeen;

  /** Kept here because Raft takes a lock to tell it. */
  private volatile boolean learner;

  private final AtomicLong leaderChanges = new AtomicLong();

  MemberView(
      NodeConfig config,
      RaftNode raft,
      AppliedIndex applied,
      Supplier<StoreView> views,
      Supplier<StoreMachine> machines,
      LongSupplier pending,
      Supplier<WatchCounts> watches,
      Meters meters) {
    this.config = config;
    this.raft = raft;
    this.applied = applied;
    this.views = views;
    this.machines = machines;
    this.pending = pending;
    this.watches = watches;
    this.meters = meters;
  }

  @Override
  public long clusterId() {
    return config.clusterId();
  }

  @Override
  public long memberId() {
    return config.memberId();
  }

  @Override
  public String name() {
    return config.name();
  }

  @Override
  public long term() {
    return raft.term();
  }

  @Override
  public long revision() {
    StoreView view = views.get();
    try {
      return view.revision();
    } finally {
      view.release();
    }
  }

  @Override
  public long leaderId() {
    return raft.leaderId();
  }

  /** Checks who leads. Called regularly, always by the same thread. */
  void noteLeader() {
    long leader = raft.leaderId();
    if (leader != 0) {
      leaderSeenNanos = System.nanoTime();
      if (leader != leaderSeen) {
        leaderChanges.incrementAndGet();
      }
    }
    leaderSeen = leader;
  }

  @Override
  public long leaderChanges() {
    return leaderChanges.get();
  }

  @Override
  public long leaderlessMs() {
    return raft.leaderId() != 0
        ? 0
        : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - leaderSeenNanos);
  }

  @Override
  public long committedIndex() {
    return raft.committedIndex();
  }

  @Override
  public long appliedIndex() {
    return applied.get();
  }

  @Override
  public long sizeBytes() {
    return machines.get().storage().sizeBytes();
  }

  @Override
  public long sizeInUseBytes() {
    return machines.get().storage().liveBytes();
  }

  @Override
  public long quotaBytes() {
    return config.space().quotaBytes();
  }

  @Override
  public List<Alarm> alarms() {
    return machines.get().alarms();
  }

  @Override
  public List<MemberInfo> members() {
    StoreView view = views.get();
    try {
      Configuration configuration = Configurations.of(config, view);
      List<MemberNote> notes = MemberTable.notes(view.reader());
      List<MemberInfo> members = new ArrayList<>();
      for (Configuration.Member member : MemberTable.all(configuration)) {
        MemberNote note =
            notes.stream()
                .filter(candidate -> candidate.getId() == member.getId())
                .findAny()
                .orElse(MemberNote.getDefaultInstance());
        members.add(
            new MemberInfo(
                member.getId(),
                note.getName(),
                MemberTable.peerUrls(member),
                note.getClientUrlsList(),
                member.getLearner()));
      }
      members.sort(Comparator.comparing(MemberInfo::id, Long::compareUnsigned));
      return members;
    } finally {
      view.release();
    }
  }

  @Override
  public boolean isLearner() {
    return learner;
  }

  /** Checks whether this member is a learner. Called when the members may have changed. */
  void noteRole() {
    learner = raft.isLearner();
  }

  @Override
  public long minLeaseTtl() {
    return config.minLeaseTtlSeconds();
  }

  @Override
  public int maxRequestBytes() {
    return config.maxRequestBytes();
  }

  @Override
  public long pendingProposals() {
    return pending.getAsLong();
  }

  @Override
  public WatchCounts watches() {
    return watches.get();
  }

  @Override
  public long compactedRevision() {
    StoreView view = views.get();
    try {
      return view.state().compacted();
    } finally {
      view.release();
    }
  }

  @Override
  public long keys() {
    return machines.get().keys();
  }

  @Override
  public int openViews() {
    return machines.get().storage().openSnapshots();
  }

  @Override
  public Meters meters() {
    return meters;
  }

  @Override
  public Meters.PeerMeter peerMeter(long memberId) {
    String urls = raft.findPeerUrls(memberId);
    return urls == null ? new Meters.PeerMeter() : meters.peer(urls);
  }
}
