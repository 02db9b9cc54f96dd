package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * One version of one key.
 *
 * @param value empty too where a reader asked for no values
 * @param valueBytes the size of the value, left out or not
 * @param createRevision revision of the put that created the key
 * @param modRevision revision of the put that made this version
 * @param version 1 for the put that created the key, one more for each later put
 * @param lease ID of the lease that the key is attached to; 0 for none
 */
public record KeyValue(
    ByteString key,
    ByteString value,
    int valueBytes,
    long createRevision,
    long modRevision,
    long version,
    long lease) {

  public KeyValue {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
  }

  /** A version with its value. */
  public KeyValue(
      ByteString key,
      ByteString value,
      long createRevision,
      long modRevision,
      long version,
      long lease) {
    this(key, value, value.size(), createRevision, modRevision, version, lease);
  }

  /** A tombstone: stands for the deletion of a key at {@code revision}, with no other fields. */
  public static KeyValue tombstone(ByteString key, long revision) {
    return new KeyValue(key, ByteString.EMPTY, 0, revision, 0, 0);
  }

  /** The same version without its value. */
  public KeyValue withoutValue() {
    return new KeyValue(
        key, ByteString.EMPTY, valueBytes, createRevision, modRevision, version, lease);
  }
}
