package io.metastore.adapter.etcd;

import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.MemberIds;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.PeerUrl;
import io.metastore.core.command.AddPeer;
import io.metastore.core.command.Command;
import io.metastore.core.command.MovePeer;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.Member;
import io.metastore.etcdapi.etcdserverpb.MemberAddRequest;
import io.metastore.etcdapi.etcdserverpb.MemberAddResponse;
import io.metastore.etcdapi.etcdserverpb.MemberListRequest;
import io.metastore.etcdapi.etcdserverpb.MemberListResponse;
import io.metastore.etcdapi.etcdserverpb.MemberPromoteRequest;
import io.metastore.etcdapi.etcdserverpb.MemberPromoteResponse;
import io.metastore.etcdapi.etcdserverpb.MemberRemoveRequest;
import io.metastore.etcdapi.etcdserverpb.MemberRemoveResponse;
import io.metastore.etcdapi.etcdserverpb.MemberUpdateRequest;
import io.metastore.etcdapi.etcdserverpb.MemberUpdateResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** etcd's {@code Cluster}. Stateless. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final LongSupplier unixSeconds;

  /**
   * @param unixSeconds the time in seconds since 1970
   */
  ClusterService(Metastore metastore, ResponseHeaders headers, LongSupplier unixSeconds) {
    this.metastore = metastore;
    this.headers = headers;
    this.unixSeconds = unixSeconds;
  }

  @Override
  public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> call) {
    Consistency consistency =
        request.getLinearizable() ? Consistency.LINEARIZABLE : Consistency.SERIALIZABLE;
    metastore
        .view(consistency)
        .whenComplete(
            (view, failure) -> {
              if (failure != null) {
                call.onError(EtcdErrors.of(failure));
                return;
              }
              // The view was opened only for its barrier: this member has now applied everything
              // known before the call.
              view.close();
              UnaryAnswer.send(call, list());
            });
  }

  private MemberListResponse list() {
    return MemberListResponse.newBuilder()
        .setHeader(headers.withoutRevision())
        .addAllMembers(members())
        .build();
  }

  /**
   * The error of an invalid request, which etcd reports before it checks permissions; else null.
   */
  static @Nullable EtcdError findRefusal(MemberAddRequest request) {
    boolean usable =
        request.getPeerURLsCount() > 0 && peerUrls(request).allMatch(ClusterService::isPeerUrl);
    return usable ? null : EtcdError.BAD_MEMBER_URLS;
  }

  private static Stream<String> peerUrls(MemberAddRequest request) {
    return request.getPeerURLsList().stream().map(String::strip).sorted();
  }

  @Override
  public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> call) {
    EtcdError refusal = findRefusal(request);
    if (refusal != null) {
      call.onError(refusal.exception());
      return;
    }
    List<String> urls = peerUrls(request).toList();
    long id = MemberIds.member(urls, Long.toString(unixSeconds.getAsLong()));
    Member added =
        Member.newBuilder()
            .setID(id)
            .addAllPeerURLs(urls)
            .setIsLearner(request.getIsLearner())
            .build();
    answer(
        metastore
            .membership()
            .announce(
                AddPeer.newBuilder()
                    .setId(id)
                    .addAllPeerUrls(urls)
                    .setLearner(request.getIsLearner())
                    .build()),
        call,
        () ->
            MemberAddResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .setMember(added)
                .addAllMembers(members())
                .build());
  }

  @Override
  public void memberPromote(
      MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> call) {
    answer(
        metastore.membership().promote(request.getID()),
        call,
        () ->
            MemberPromoteResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .addAllMembers(members())
                .build());
  }

  /** Answers when a change is done and this member has applied it. */
  private <R> void answer(
      CompletableFuture<Void> change, StreamObserver<R> call, Supplier<R> response) {
    change
        .thenCompose(done -> metastore.view(Consistency.LINEARIZABLE))
        .whenComplete(
            (view, failure) -> {
              if (failure != null) {
                call.onError(EtcdErrors.of(failure));
                return;
              }
              view.close();
              UnaryAnswer.send(call, response.get());
            });
  }

  @Override
  public void memberUpdate(MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> call) {
    // etcd accepts any text; a member that nobody can reach is then lost at its next start. An
    // unknown member is refused as such, whatever its URLs.
    boolean known =
        metastore.cluster().members().stream().anyMatch(member -> member.id() == request.getID());
    boolean usable =
        request.getPeerURLsCount() > 0
            && request.getPeerURLsList().stream().allMatch(ClusterService::isPeerUrl);
    if (known && !usable) {
      call.onError(EtcdError.BAD_MEMBER_URLS.exception());
      return;
    }
    MovePeer move =
        MovePeer.newBuilder()
            .setId(request.getID())
            .addAllPeerUrls(request.getPeerURLsList())
            .build();
    metastore
        .submit(Command.newBuilder().setMovePeer(move).build())
        .whenComplete(
            new Answer<>(
                call,
                headers,
                metastore.scans(),
                (header, outcome) ->
                    MemberUpdateResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members())
                        .build()));
  }

  @Override
  public void memberRemove(MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> call) {
    metastore
        .membership()
        .remove(request.getID())
        .whenComplete(
            (removed, failure) -> {
              if (failure != null) {
                call.onError(EtcdErrors.of(failure));
                return;
              }
              UnaryAnswer.send(
                  call,
                  MemberRemoveResponse.newBuilder()
                      .setHeader(headers.withoutRevision())
                      // This member may not have applied the removal yet.
                      .addAllMembers(
                          members().stream()
                              .filter(member -> member.getID() != request.getID())
                              .toList())
                      .build());
            });
  }

  private static boolean isPeerUrl(String text) {
    try {
      PeerUrl.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private List<Member> members() {
    return metastore.cluster().members().stream()
        .map(
            member ->
                Member.newBuilder()
                    .setID(member.id())
                    .setName(member.name())
                    .addAllPeerURLs(member.peerUrls())
                    .addAllClientURLs(member.clientUrls())
                    .setIsLearner(member.learner())
                    .build())
        .toList();
  }
}
