package io.metastore.adapter.etcd;

import io.metastore.core.api.KeyValue;

/** Versions of keys as etcd's clients see them. */
final class KeyValues {
  private KeyValues() {}

  static io.metastore.etcdapi.mvccpb.KeyValue toWire(KeyValue keyValue) {
    return toBuilder(keyValue).setLease(keyValue.lease()).build();
  }

  static io.metastore.etcdapi.mvccpb.KeyValue toWireWithoutLease(KeyValue keyValue) {
    return toBuilder(keyValue).build();
  }

  private static io.metastore.etcdapi.mvccpb.KeyValue.Builder toBuilder(KeyValue keyValue) {
    return io.metastore.etcdapi.mvccpb.KeyValue.newBuilder()
        .setKey(keyValue.key())
        .setCreateRevision(keyValue.createRevision())
        .setModRevision(keyValue.modRevision())
        .setVersion(keyValue.version())
        .setValue(keyValue.value());
  }
}
