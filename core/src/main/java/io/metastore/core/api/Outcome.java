package io.metastore.core.api;

import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a command or a read. Immutable; equal on every replica for the same command.
 *
 * <p>{@link #revision()} is the store's revision right after it.
 */
public sealed interface Outcome {
  long revision();

  /** The request cannot be done; it changed nothing. */
  record Failed(long revision, Failure failure) implements Outcome {}

  /**
   * A transaction ran: the branch taken and one result for each of its operations.
   *
   * @param failedCompare which of its compares was the first that did not hold; -1 if all did
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

  /** A lease now exists, with its TTL in seconds. */
  record LeaseGranted(long revision, long id, long ttl) implements Outcome {}

  /** A lease is gone, and its keys with it. */
  record LeaseRevoked(long revision, long deletedKeys) implements Outcome {}

  /**
   * An alarm was raised or cleared, or found to be so already.
   *
   * @param raised whether the alarm was raised before or after the command
   */
  record AlarmChanged(long revision, boolean raised) implements Outcome {}

  /** The command has nothing to tell beyond that it was applied. */
  record Done(long revision) implements Outcome {}

  /** A user was given a token, which every member that has applied this knows. */
  record LoggedIn(long revision, String token) implements Outcome {}

  /**
   * A place in a lock's queue.
   *
   * @param key the place; null if {@code try_only} was asked and the lock is taken
   * @param token create revision of {@code key}: orders the holders of this lock
   * @param held whether the lock is held now
   */
  record LockPlace(long revision, @Nullable ByteString key, long token, boolean held)
      implements Outcome {}

  /** A session of the znode tree is open and attached to the caller's connection. */
  record SessionAttached(long revision, long session, int timeoutMs) implements Outcome {}

  /** A change of the znode tree was made: one result for each of its operations. */
  record TreeChanged(long revision, List<NodeResult> results) implements Outcome {
    public TreeChanged {
      results = List.copyOf(results);
    }
  }

  /**
   * A request to the znode tree cannot be done; it changed nothing there.
   *
   * @param failedOp which of its operations cannot; 0 if it has none
   */
  record TreeRefused(long revision, int failedOp, TreeError error) implements Outcome {}
}
