package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * One change of one key: a version that was put, or a deletion.
 *
 * @param revision revision of the change
 * @param sub position of the change within its revision, from 0
 * @param deletion whether the key was deleted; {@code version} is then a tombstone
 * @param replacedBy of a version up to the compacted revision: revision of the change that replaced
 *     or deleted it; 0 if it is the newest one, and for later versions
 */
public record StoredVersion(
    long revision, int sub, boolean deletion, KeyValue version, long replacedBy) {

  public StoredVersion {
    requireNonNull(version, "version");
  }

  /** A version that was put. */
  public static StoredVersion ofPut(int sub, KeyValue version) {
    return new StoredVersion(
        version.modRevision(), sub, /* deletion= */ false, version, /* replacedBy= */ 0);
  }

  /** A deletion. */
  public static StoredVersion ofDeletion(long revision, int sub, ByteString key) {
    KeyValue tombstone = KeyValue.tombstone(key, revision);
    return new StoredVersion(revision, sub, /* deletion= */ true, tombstone, /* replacedBy= */ 0);
  }

  /** The same with another {@link #replacedBy}. */
  public StoredVersion withReplacedBy(long newReplacedBy) {
    return new StoredVersion(revision, sub, deletion, version, newReplacedBy);
  }

  /** The same at another place within its revision. */
  public StoredVersion withSub(int newSub) {
    return new StoredVersion(revision, newSub, deletion, version, replacedBy);
  }
}
