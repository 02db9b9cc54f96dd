package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Acquire;

/**
 * A place in a lock's queue.
 *
 * @param key the key that represents the place
 * @param token create revision of the key; serves as the fencing token
 * @param owner ID of the client or lease that owns the place; for a {@link State#DELAYED} place the
 *     ID of the expired owner; 0 for none
 * @param label the owning client's label; empty if the owner has none or no longer exists
 * @param takenMs when the place was taken, by the leader's clock, in milliseconds since 1970
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

  /** The state of a place. */
  public enum State {
    WAITING,
    HELD,
    /**
     * The owner expired while it held the lock. For the lock-delay nobody holds the lock and nobody
     * else can acquire it.
     */
    DELAYED
  }
}
