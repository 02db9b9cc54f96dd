package io.metastore.adapter.etcd;

import io.metastore.core.api.ClusterView;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;

/** Creates the header of every response of this member. Thread-safe. */
final class ResponseHeaders {
  private final ClusterView cluster;
  private final long clusterId;
  private final long memberId;

  ResponseHeaders(ClusterView cluster) {
    this.cluster = cluster;
    this.clusterId = cluster.clusterId();
    this.memberId = cluster.memberId();
  }

  ResponseHeader at(long revision) {
    return ResponseHeader.newBuilder()
        .setClusterId(clusterId)
        .setMemberId(memberId)
        .setRevision(revision)
        .setRaftTerm(cluster.term())
        .build();
  }

  /** A header with the current revision of this member. */
  ResponseHeader now() {
    return at(cluster.revision());
  }

  /** A header without revision, for responses that do not depend on the store's contents. */
  ResponseHeader withoutRevision() {
    return at(0);
  }
}
