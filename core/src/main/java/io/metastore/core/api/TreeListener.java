package io.metastore.core.api;

import java.util.List;

/**
 * Hears what happens to the znode tree on this member. Called by the apply thread: must not block.
 */
public interface TreeListener {

  /**
   * A log entry did this. Its changes become visible to readers, and its outcomes known to callers,
   * after this returns.
   *
   * @param revision the newest revision after it
   */
  void applied(long revision, List<TreeEvent> events, List<SessionEvent> sessions);

  /** The member took over a snapshot: anything may have happened since what was heard last. */
  void reset();
}
