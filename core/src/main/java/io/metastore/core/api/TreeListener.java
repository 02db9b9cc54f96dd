package io.metastore.core.api;

import java.util.List;

/**
 * Is notified of changes of the znode tree on this member. Called by the apply thread: must not
 * block.
 */
public interface TreeListener {

  /**
   * A log entry was applied. Its changes become visible to readers, and its outcomes are sent to
   * callers, only after this method returns.
   *
   * @param revision the newest revision after the entry
   */
  void applied(long revision, List<TreeEvent> events, List<SessionEvent> sessions);

  /** This member installed a snapshot: any change may have happened since the last notification. */
  void reset();
}
