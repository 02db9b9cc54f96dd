package io.metastore.adapter.etcd;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Membership;
import io.metastore.core.api.NewMember;
import io.metastore.core.command.AddPeer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** Records announced members, and answers promotions as the test wants. */
final class FakeMembership implements Membership {
  final LinkedBlockingQueue<AddPeer> announced = new LinkedBlockingQueue<>();
  volatile CompletableFuture<Void> onPromote = new CompletableFuture<>();

  @Override
  public CompletableFuture<Void> announce(AddPeer member) {
    announced.add(member);
    return completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> promote(long memberId) {
    return onPromote;
  }

  @Override
  public CompletableFuture<ClusterView> bootstrap(List<NewMember> members) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<MemberInfo> join(NewMember member, boolean learner) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> remove(long memberId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Long> handOver() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Boolean> transferLeadership(long memberId) {
    throw new UnsupportedOperationException();
  }
}
