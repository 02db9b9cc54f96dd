package io.metastore.adapter.etcd;

import io.metastore.core.api.ClusterView;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;

/** Makes the header that every answer of this member carries. Thread-safe. */
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

  /** At the newest revision that this member knows. */
  ResponseHeader now() {
    return at(cluster.revision());
  }

  /** Of an answer that has nothing to do with the store's contents. */
  ResponseHeader withoutRevision() {
    return at(0);
  }
}
