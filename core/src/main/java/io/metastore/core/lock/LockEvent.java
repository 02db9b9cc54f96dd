package io.metastore.core.lock;

import com.google.protobuf.ByteString;

/**
 * A place in a lock's queue changed.
 *
 * @param key the place
 * @param token its create revision
 */
public record LockEvent(Kind kind, ByteString key, long token) {
  /** What happened to the place. */
  public enum Kind {
    /** Its owner holds the lock from now on. */
    HELD,
    /** The place is gone, or delayed, whether its owner held the lock or still waited. */
    GONE
  }
}
