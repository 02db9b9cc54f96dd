package io.metastore.adapter.zookeeper;

/** The kinds of watches. */
enum WatchKind {
  /** One-time watch of the node itself, set by reading its data or checking its existence. */
  DATA(1),
  /** One-time watch of the node's children. */
  CHILDREN(2),
  /** Watch of both until it is removed. */
  PERSISTENT(4),
  /**
   * Watch of the node and all nodes below it, but not of their lists of children, until it is
   * removed.
   */
  RECURSIVE(8);

  private final int bit;

  WatchKind(int bit) {
    this.bit = bit;
  }

  /** The bit of this kind in a set of kinds. */
  int bit() {
    return bit;
  }
}
