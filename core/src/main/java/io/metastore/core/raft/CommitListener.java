package io.metastore.core.raft;

/** Is notified when a proposed entry is committed. */
@FunctionalInterface
public interface CommitListener {
  /**
   * The entry was committed. Called on the apply thread just before the entry is applied; must not
   * block.
   */
  void committed(long term, long index);
}
