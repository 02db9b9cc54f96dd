package io.metastore.adapter.etcd.db;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.api.StoredVersion;
import io.metastore.etcdapi.mvccpb.KeyValue;

/** Encodes and decodes the entries of the bucket {@code key}. */
final class Versions {
  private Versions() {}

  static byte[] toKey(StoredVersion version) {
    return new RevisionKey(version.revision(), version.sub(), version.deletion()).toBytes();
  }

  static byte[] toValue(StoredVersion version) {
    io.metastore.core.api.KeyValue stored = version.version();
    KeyValue.Builder value = KeyValue.newBuilder().setKey(stored.key());
    if (!version.deletion()) {
      value
          .setCreateRevision(stored.createRevision())
          .setModRevision(stored.modRevision())
          .setVersion(stored.version())
          .setValue(stored.value())
          .setLease(stored.lease());
    }
    return value.build().toByteArray();
  }

  /**
   * @throws InvalidProtocolBufferException if the value is damaged
   */
  static StoredVersion of(RevisionKey key, byte[] value) throws InvalidProtocolBufferException {
    KeyValue stored = KeyValue.parseFrom(value);
    int sub = (int) key.sub();
    return key.deletion()
        ? StoredVersion.ofDeletion(key.revision(), sub, stored.getKey())
        : StoredVersion.ofPut(
            sub,
            new io.metastore.core.api.KeyValue(
                stored.getKey(),
                stored.getValue(),
                stored.getCreateRevision(),
                stored.getModRevision(),
                stored.getVersion(),
                stored.getLease()));
  }
}
