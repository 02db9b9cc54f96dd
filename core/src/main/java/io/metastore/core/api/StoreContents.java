package io.metastore.core.api;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Everything in a {@link ReadView} that a copy of the store in another format needs, besides the
 * view's alarms and access rules. Valid while the view is open. For use by one thread at a time.
 */
public interface StoreContents {

  /** The revision of the view. */
  long revision();

  /** The compacted revision; -1 if nothing was compacted. */
  long compactedRevision();

  /** Raft term of the last entry that the view contains. */
  long term();

  /** Raft log index of the last entry that the view contains. */
  long index();

  /**
   * All versions of all keys up to a revision. The caller closes the walk before the view. This
   * call sorts the versions, which may take minutes.
   *
   * @param revision not compacted, and not later than this view
   * @param scratch directory for temporary files
   * @param pace of this call and of the walk
   */
  VersionWalk versions(long revision, Path scratch, Pace pace);

  /** Passes all leases that keys can be attached to, ordered by ID. */
  void forEachLease(Consumer<LeaseView> visitor);
}
