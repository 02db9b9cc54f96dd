package io.metastore.core.raft;

/** Hears of one proposed entry. */
@FunctionalInterface
public interface CommitListener {
  /**
   * The entry is committed. Called on the apply thread just before it is applied; must not block.
   */
  void committed(long term, long index);
}
