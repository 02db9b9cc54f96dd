package io.metastore.core.api;

import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a command or a read. Immutable; a command has the same outcome on every replica.
 *
 * <p>{@link #revision()} is the store's revision right after it.
 */
public sealed interface Outcome {
  long revision();

  /** The request cannot be done; nothing was changed. */
  record Failed(long revision, Failure failure) implements Outcome {}

  /**
   * A transaction was evaluated: one result for each operation of the chosen branch.
   *
   * @param failedCompare index of the first compare that did not hold; -1 if all held
   */
  record TxnDone(long revision, int failedCompare, List<OpResult> results) implements Outcome {
    public TxnDone {
      results = List.copyOf(results);
    }

    public boolean succeeded() {
      return failedCompare < 0;
    }
  }

  /** A range was read. */
  record Ranged(long revision, OpResult.RangeResult result) implements Outcome {}

  /**
   * The hash of all keys of this member was computed.
   *
   * @param hash equal on all members, for the same hashed and compacted revision
   * @param compacted the compacted revision; -1 if nothing was compacted
   */
  record Hashed(long revision, int hash, long hashedRevision, long compacted) implements Outcome {}

  /**
   * All members hash everything but keys as it is after the log entry of this command.
   *
   * @param index Raft log index of the entry
   */
  record HashPoint(long revision, long index) implements Outcome {}

  /**
   * A lease was granted.
   *
   * @param ttl in seconds
   */
  record LeaseGranted(long revision, long id, long ttl) implements Outcome {}

  /** A lease was revoked and its keys were deleted. */
  record LeaseRevoked(long revision, long deletedKeys) implements Outcome {}

  /**
   * An alarm was raised or cleared, or was already in the requested state.
   *
   * @param raised whether the alarm was raised before or after the command
   */
  record AlarmChanged(long revision, boolean raised) implements Outcome {}

  /** A command without further results was applied. */
  record Done(long revision) implements Outcome {}

  /**
   * A user logged in and was given a token. Every member that has applied the entry knows the
   * token.
   */
  record LoggedIn(long revision, String token) implements Outcome {}

  /**
   * A place in a lock's queue.
   *
   * @param key the key of the place; null if {@code try_only} was set and another owner holds the
   *     lock
   * @param token create revision of {@code key}; grows from one holder of the lock to the next
   * @param held whether the place holds the lock
   */
  record LockPlace(long revision, @Nullable ByteString key, long token, boolean held)
      implements Outcome {}

  /** A session of the znode tree is open and attached to the caller's connection. */
  record SessionAttached(long revision, long session, int timeoutMs) implements Outcome {}

  /** The znode tree was changed: one result for each operation. */
  record TreeChanged(long revision, List<NodeResult> results) implements Outcome {
    public TreeChanged {
      results = List.copyOf(results);
    }
  }

  /**
   * A request to the znode tree cannot be done; the tree was not changed.
   *
   * @param failedOp index of the operation that failed; 0 for a request without operations
   */
  record TreeRefused(long revision, int failedOp, TreeError error) implements Outcome {}
}
