package io.metastore.adapter.etcd;

import io.metastore.core.api.LeaseStatus;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.GrantLease;
import io.metastore.core.command.RevokeLease;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseLeasesResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import java.util.List;

/** Translates the lease calls. */
final class LeaseTranslator {
  private LeaseTranslator() {}

  /**
   * @param id not 0
   * @param ttlMin the minimum TTL in seconds; smaller requests are raised to it
   */
  static Command toGrant(long id, long ttl, long ttlMin) {
    return Command.newBuilder()
        .setGrantLease(GrantLease.newBuilder().setId(id).setTtl(Math.max(ttl, ttlMin)))
        .build();
  }

  static LeaseGrantResponse toGranted(ResponseHeader header, Outcome outcome) {
    Outcome.LeaseGranted granted = (Outcome.LeaseGranted) outcome;
    return LeaseGrantResponse.newBuilder()
        .setHeader(header)
        .setID(granted.id())
        .setTTL(granted.ttl())
        .build();
  }

  static Command toRevoke(LeaseRevokeRequest request) {
    return Command.newBuilder()
        .setRevokeLease(RevokeLease.newBuilder().setId(request.getID()))
        .build();
  }

  static LeaseRevokeResponse toRevoked(ResponseHeader header, Outcome revoked) {
    return LeaseRevokeResponse.newBuilder().setHeader(header).build();
  }

  /**
   * @param ttl 0 if the lease does not exist
   */
  static LeaseKeepAliveResponse toKeptAlive(ResponseHeader header, long id, long ttl) {
    return LeaseKeepAliveResponse.newBuilder().setHeader(header).setID(id).setTTL(ttl).build();
  }

  static LeaseTimeToLiveResponse toTimeToLive(ResponseHeader header, LeaseStatus lease) {
    return LeaseTimeToLiveResponse.newBuilder()
        .setHeader(header)
        .setID(lease.id())
        .setTTL(lease.remainingTtl())
        .setGrantedTTL(lease.grantedTtl())
        .addAllKeys(lease.keys())
        .build();
  }

  static LeaseLeasesResponse toLeases(ResponseHeader header, List<Long> ids) {
    LeaseLeasesResponse.Builder reply = LeaseLeasesResponse.newBuilder().setHeader(header);
    for (long id : ids) {
      reply.addLeasesBuilder().setID(id);
    }
    return reply.build();
  }
}
