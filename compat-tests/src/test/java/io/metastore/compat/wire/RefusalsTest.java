package io.metastore.compat.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import org.junit.jupiter.api.Test;

class RefusalsTest extends WireSuite {
  private static final String NO_KEY = "INVALID_ARGUMENT: etcdserver: key is not provided";
  private static final String COMPACTED =
      "OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted";
  private static final String FUTURE =
      "OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision";
  private static final String NO_LEASE = "NOT_FOUND: etcdserver: requested lease not found";

  /** The default of etcd's {@code --max-request-bytes}. */
  private static final int REQUEST_BYTES_MAX = 1_572_864;

  /** The size that etcd's gRPC server accepts in addition to that. */
  private static final int OVERHEAD_BYTES = 512 << 10;

  @Test
  void noOperationTakesAnEmptyKey() throws Exception {
    assertThat(refusal(() -> kv().put(put(ByteString.EMPTY, "v")))).isEqualTo(NO_KEY);
    assertThat(refusal(() -> kv().range(range(ByteString.EMPTY)))).isEqualTo(NO_KEY);
    assertThat(refusal(() -> kv().deleteRange(DeleteRangeRequest.getDefaultInstance())))
        .isEqualTo(NO_KEY);
    TxnRequest comparing = TxnRequest.newBuilder().addCompare(Compare.getDefaultInstance()).build();
    assertThat(refusal(() -> kv().txn(comparing))).isEqualTo(NO_KEY);
    assertThat(refusal(() -> kv().txn(txn(put(ByteString.EMPTY, "v"))))).isEqualTo(NO_KEY);
    assertServes();
  }

  @Test
  void aValueAboveTheLimitIsTooLarge() throws Exception {
    assertThat(refusal(() -> kv().put(valueOf(REQUEST_BYTES_MAX + 1))))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: request is too large");
    assertServes();
  }

  @Test
  void aValueJustBelowTheLimitIsStored() {
    PutRequest large = valueOf(REQUEST_BYTES_MAX - 4096);
    kv().put(large);
    assertThat(kv().range(range(large.getKey())).getKvs(0).getValue()).isEqualTo(large.getValue());
  }

  @Test
  void messageAboveGrpcsLimitIsRefusedByGrpc() throws Exception {
    assertThat(refusal(() -> kv().put(valueOf(REQUEST_BYTES_MAX + OVERHEAD_BYTES + 1))))
        .matches(
            "RESOURCE_EXHAUSTED: grpc: received message larger than max"
                + " \\(2097\\d{3} vs\\. 2097152\\)");
    assertServes();
  }

  @Test
  void tooManyOperationsAreRefused() throws Exception {
    TxnRequest.Builder many = TxnRequest.newBuilder();
    for (int i = 0; i < 129; i++) {
      many.addSuccess(RequestOp.newBuilder().setRequestPut(put(freshKey(), "v")));
    }
    assertThat(refusal(() -> kv().txn(many.build())))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: too many operations in txn request");
  }

  @Test
  void aKeyPutTwiceInATransactionIsRefused() throws Exception {
    ByteString key = freshKey();
    assertThat(refusal(() -> kv().txn(txn(put(key, "1"), put(key, "2")))))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: duplicate key given in txn request");
    assertThat(kv().range(range(key)).getKvsList()).isEmpty();
  }

  @Test
  void futureRevisionIsNotRead() throws Exception {
    long now = kv().put(put(freshKey(), "v")).getHeader().getRevision();
    RangeRequest read = range(freshKey()).toBuilder().setRevision(now + 1_000_000).build();
    assertThat(refusal(() -> kv().range(read))).isEqualTo(FUTURE);
    CompactionRequest compaction =
        CompactionRequest.newBuilder().setRevision(now + 1_000_000).build();
    assertThat(refusal(() -> kv().compact(compaction))).isEqualTo(FUTURE);
  }

  @Test
  void compactedRevisionIsNeitherReadNorCompactedAgain() throws Exception {
    kv().put(put(freshKey(), "1"));
    long now = kv().put(put(freshKey(), "2")).getHeader().getRevision();
    CompactionRequest compaction = CompactionRequest.newBuilder().setRevision(now).build();
    kv().compact(compaction);
    RangeRequest before = range(freshKey()).toBuilder().setRevision(now - 1).build();
    assertThat(refusal(() -> kv().range(before))).isEqualTo(COMPACTED);
    assertThat(refusal(() -> kv().compact(compaction))).isEqualTo(COMPACTED);
  }

  @Test
  void anUnknownLeaseIsNotFound() throws Exception {
    PutRequest put = put(freshKey(), "v").toBuilder().setLease(424_242).build();
    assertThat(refusal(() -> kv().put(put))).isEqualTo(NO_LEASE);
    LeaseRevokeRequest revoke = LeaseRevokeRequest.newBuilder().setID(424_242).build();
    assertThat(refusal(() -> LeaseGrpc.newBlockingStub(channel).leaseRevoke(revoke)))
        .isEqualTo(NO_LEASE);
  }

  @Test
  void leaseIsNotGrantedTwiceOrWithATooLargeTtl() throws Exception {
    LeaseGrantRequest grant = LeaseGrantRequest.newBuilder().setID(515_151).setTTL(600).build();
    LeaseGrpc.newBlockingStub(channel).leaseGrant(grant);
    assertThat(refusal(() -> LeaseGrpc.newBlockingStub(channel).leaseGrant(grant)))
        .isEqualTo("FAILED_PRECONDITION: etcdserver: lease already exists");
    LeaseGrantRequest forEver = LeaseGrantRequest.newBuilder().setTTL(9_000_000_001L).build();
    assertThat(refusal(() -> LeaseGrpc.newBlockingStub(channel).leaseGrant(forEver)))
        .isEqualTo("OUT_OF_RANGE: etcdserver: too large lease TTL");
  }

  @Test
  void ignoredFieldsMustExistInTheStoreAndNotBeSet() throws Exception {
    PutRequest keptValue = put(freshKey(), "").toBuilder().setIgnoreValue(true).build();
    assertThat(refusal(() -> kv().put(keptValue)))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: key not found");
    PutRequest both = put(freshKey(), "v").toBuilder().setIgnoreValue(true).build();
    assertThat(refusal(() -> kv().put(both)))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: value is provided");
    PutRequest bothLeases =
        put(freshKey(), "v").toBuilder().setIgnoreLease(true).setLease(1).build();
    assertThat(refusal(() -> kv().put(bothLeases)))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: lease is provided");
  }

  @Test
  void anUnknownOrderIsRefused() throws Exception {
    RangeRequest read = range(freshKey()).toBuilder().setSortOrderValue(99).build();
    assertThat(refusal(() -> kv().range(read)))
        .isEqualTo("INVALID_ARGUMENT: etcdserver: invalid sort option");
  }

  private static TxnRequest txn(PutRequest... puts) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (PutRequest put : puts) {
      txn.addSuccess(RequestOp.newBuilder().setRequestPut(put));
    }
    return txn.build();
  }

  private static PutRequest valueOf(int bytes) {
    return PutRequest.newBuilder()
        .setKey(freshKey())
        .setValue(ByteString.copyFrom(new byte[bytes]))
        .build();
  }
}
