package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Acquire;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.v3lockpb.LockRequest;
import io.metastore.etcdapi.v3lockpb.LockResponse;
import io.metastore.etcdapi.v3lockpb.UnlockResponse;

/** Translates Lock and Unlock. */
final class LockTranslator {
  private LockTranslator() {}

  static Acquire toAcquire(LockRequest request, long lease) {
    return Acquire.newBuilder()
        .setName(request.getName())
        .setLease(lease)
        .setMode(Acquire.Mode.EXCLUSIVE)
        .build();
  }

  static LockResponse toLocked(ResponseHeader header, ByteString key) {
    return LockResponse.newBuilder().setHeader(header).setKey(key).build();
  }

  static UnlockResponse toUnlocked(ResponseHeader header) {
    return UnlockResponse.newBuilder().setHeader(header).build();
  }
}
