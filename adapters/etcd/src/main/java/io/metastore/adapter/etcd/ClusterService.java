package io.metastore.adapter.etcd;

import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Metastore;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.Member;
import io.metastore.etcdapi.etcdserverpb.MemberListRequest;
import io.metastore.etcdapi.etcdserverpb.MemberListResponse;

/** The part of etcd's {@code Cluster} with which clients find all members. Stateless. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private final Metastore metastore;
  private final ResponseHeaders headers;

  ClusterService(Metastore metastore, ResponseHeaders headers) {
    this.metastore = metastore;
    this.headers = headers;
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
    MemberListResponse.Builder list =
        MemberListResponse.newBuilder().setHeader(headers.withoutRevision());
    for (MemberInfo member : metastore.cluster().members()) {
      list.addMembers(
          Member.newBuilder()
              .setID(member.id())
              .setName(member.name())
              .addAllPeerURLs(member.peerUrls())
              .addAllClientURLs(member.clientUrls())
              .setIsLearner(member.learner()));
    }
    return list.build();
  }
}
