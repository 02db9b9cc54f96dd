package io.metastore.core.raft;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the Raft log is applied to. All methods are called on Raft's apply thread, one at a time,
 * unless said otherwise. An exception from any of them stops the process: a replica that cannot
 * apply must not go on.
 */
public interface ReplicatedState {

  /** Raft term of the last applied entry; 0 if there is none. */
  long appliedTerm();

  /** Raft index of the last applied entry; -1 if there is none. */
  long appliedIndex();

  /**
   * Applies a committed entry.
   *
   * @param entry the bytes proposed
   * @param proposal the object that was proposed, if it was on this member; equal to {@code entry}
   *     decoded
   */
  void apply(long term, long index, ByteBuffer entry, @Nullable Object proposal);

  /** An entry of Raft's own was committed. */
  void skip(long term, long index);

  /** An entry of Raft's own was committed that says who belongs to the group. */
  void configured(long term, long index, RaftMembers members);

  /**
   * Writes a complete, durable copy of the state into {@code target}, a path that does not exist
   * yet.
   */
  void checkpoint(Path target);

  /**
   * A checkpoint begins to arrive from the leader; {@link #restore} follows when it is complete.
   * Called on a thread of Raft's gRPC server, once for each checkpoint. Readers may go on with the
   * state that there is.
   */
  void pause();

  /**
   * Replaces the state by a checkpoint, which must stay as it is. Called on Raft's apply thread, or
   * before that one starts.
   */
  void restore(Path checkpoint);

  /** This member leads, and everything committed before its term is applied. */
  void leaderReady();

  /** The leader or the term changed, or this member stopped to lead. Called on any thread. */
  void leaderChanged();
}
