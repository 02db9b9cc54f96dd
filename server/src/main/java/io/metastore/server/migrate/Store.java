package io.metastore.server.migrate;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthStatusRequest;
import io.metastore.etcdapi.etcdserverpb.HashKVRequest;
import io.metastore.etcdapi.etcdserverpb.HashKVResponse;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import java.util.concurrent.TimeUnit;

/**
 * One member of the source or of the target, which both speak etcd's API. Calls throw {@link
 * io.grpc.StatusRuntimeException}.
 */
record Store(Channel channel) {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
  private static final long CALL_S = 10;

  /** Hashing reads all data. */
  private static final long HASH_S = 600;

  KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_S, TimeUnit.SECONDS);
  }

  LeaseGrpc.LeaseBlockingStub leases() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_S, TimeUnit.SECONDS);
  }

  /** The newest revision of the cluster. */
  long revision() {
    return kv().range(RangeRequest.newBuilder().setKey(ZERO).setCountOnly(true).build())
        .getHeader()
        .getRevision();
  }

  /** The number of keys in a range at the newest revision. */
  long count(ByteString from, ByteString to) {
    return kv().range(
            RangeRequest.newBuilder().setKey(from).setRangeEnd(to).setCountOnly(true).build())
        .getCount();
  }

  /** The number of all keys at a revision. */
  long count(long revision) {
    RangeResponse counted =
        kv().range(
                RangeRequest.newBuilder()
                    .setKey(ZERO)
                    .setRangeEnd(ZERO)
                    .setRevision(revision)
                    .setCountOnly(true)
                    .build());
    return counted.getCount();
  }

  HashKVResponse hash(long revision) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(HASH_S, TimeUnit.SECONDS)
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  /** Counts the changes of users and roles. */
  long authRevision() {
    return AuthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_S, TimeUnit.SECONDS)
        .authStatus(AuthStatusRequest.getDefaultInstance())
        .getAuthRevision();
  }
}
