package io.metastore.core.raft;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The state that the Raft log is applied to. All methods are called on Raft's apply thread, one at
 * a time, unless stated otherwise. An exception from any of them stops the process, because a
 * replica that cannot apply an entry must not continue.
 */
public interface ReplicatedState {

  /** Raft term and index of an entry. */
  record Position(long term, long index) {}

  /** Raft term of the last applied entry; 0 if there is none. */
  long appliedTerm();

  /** Raft index of the last applied entry; -1 if there is none. */
  long appliedIndex();

  /**
   * Applies a committed entry.
   *
   * @param entry the proposed bytes
   * @param proposal the proposed object, if the entry was proposed on this member; equal to the
   *     decoded {@code entry}
   */
  void apply(long term, long index, ByteBuffer entry, @Nullable Object proposal);

  /** An entry of Raft's own was committed; it changes no data. */
  void skip(long term, long index);

  /** A configuration entry of Raft was committed. */
  void configured(long term, long index, RaftMembers members);

  /**
   * Writes a complete, durable copy of the state into {@code target}, a path that does not exist
   * yet. Called by any thread, while entries are applied.
   *
   * @return the position of the last entry that the copy contains; null if the copy is not usable,
   *     because entries were applied meanwhile: then the call is repeated on the apply thread
   */
  @Nullable Position checkpoint(Path target);

  /**
   * A checkpoint begins to arrive from the leader; {@link #restore} follows when it is complete.
   * Called once per checkpoint, on a thread of Raft's gRPC server. Readers may continue to read the
   * current state.
   */
  void pause();

  /**
   * Replaces the state with a checkpoint, whose files must not be changed. Called on Raft's apply
   * thread, or before that thread starts.
   */
  void restore(Path checkpoint);

  /** This member leads and has applied everything committed before its term. */
  void leaderReady();

  /** The leader or the term changed, or this member stopped leading. Called on any thread. */
  void leaderChanged();
}
