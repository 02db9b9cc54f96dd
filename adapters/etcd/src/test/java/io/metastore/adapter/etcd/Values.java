package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;

/** Shorthand for test values. */
final class Values {
  static final ByteString NO_UPPER_BOUND = ByteString.copyFrom(new byte[1]);

  private Values() {}

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static KeyValue keyValue(String key, String value, long revision) {
    return new KeyValue(bytes(key), bytes(value), revision, revision, 1, 0);
  }

  static ResponseHeader header(long revision) {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }

  static PutRequest putRequest(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build();
  }

  static RequestOp put(String key) {
    return RequestOp.newBuilder().setRequestPut(putRequest(key, "v")).build();
  }

  static RequestOp delete(String key) {
    return delete(key, "");
  }

  static RequestOp delete(String key, String rangeEnd) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(
            DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(rangeEnd)))
        .build();
  }

  static RequestOp range(String key) {
    return RequestOp.newBuilder()
        .setRequestRange(RangeRequest.newBuilder().setKey(bytes(key)))
        .build();
  }

  static RequestOp nested(TxnRequest.Builder txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  static TxnRequest.Builder success(RequestOp... ops) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (RequestOp op : ops) {
      txn.addSuccess(op);
    }
    return txn;
  }
}
