package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * One version of one key.
 *
 * @param createRevision revision of the put that created the key
 * @param modRevision revision of the put that made this version
 * @param version 1 for the creating put, then one more for each put
 * @param lease id of the lease the key is attached to, 0 for none
 */
public record KeyValue(
    ByteString key,
    ByteString value,
    long createRevision,
    long modRevision,
    long version,
    long lease) {

  public KeyValue {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
  }

  /** What remains of a key that was deleted at {@code revision}: only the key and that revision. */
  public static KeyValue tombstone(ByteString key, long revision) {
    return new KeyValue(key, ByteString.EMPTY, 0, revision, 0, 0);
  }

  /** The same version without its value. */
  public KeyValue withoutValue() {
    return new KeyValue(key, ByteString.EMPTY, createRevision, modRevision, version, lease);
  }
}
