package io.metastore.core.lock;

import com.google.protobuf.ByteString;

/**
 * A change of a place in a lock's queue.
 *
 * @param key the key of the place
 * @param token create revision of the key
 */
public record LockEvent(Kind kind, ByteString key, long token) {
  /** What happened to the place. */
  public enum Kind {
    /** The owner of the place now holds the lock. */
    HELD,
    /** The place was deleted or became delayed, whether its owner held the lock or was waiting. */
    GONE
  }
}
