package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Acquire;

/**
 * A place in a lock's queue.
 *
 * @param key the key that it is
 * @param token create revision of the key: the fencing token
 * @param owner id of the client or lease; of a delayed place, of the one that expired; 0 for none
 * @param label the client's; empty if there is none, or it is gone
 * @param takenMs when, by the leader's clock, in milliseconds since 1970
 */
public record LockPlaceView(
    ByteString key,
    long token,
    Acquire.Mode mode,
    State state,
    long owner,
    String label,
    long takenMs) {

  public LockPlaceView {
    requireNonNull(key, "key");
    requireNonNull(mode, "mode");
    requireNonNull(state, "state");
    requireNonNull(label, "label");
  }

  /** Where a place stands. */
  public enum State {
    WAITING,
    HELD,
    /** Its owner expired while it held the lock: held by nobody, and in everybody's way. */
    DELAYED
  }
}
