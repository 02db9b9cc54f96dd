package io.metastore.adapter.zookeeper;

/** What a watch is for. */
enum WatchKind {
  /** The node itself, once: set by reading its data or asking whether it exists. */
  DATA(1),
  /** Its children, once. */
  CHILDREN(2),
  /** Both, until removed. */
  PERSISTENT(4),
  /** The node and all nodes below it, but not their lists of children, until removed. */
  RECURSIVE(8);

  private final int bit;

  WatchKind(int bit) {
    this.bit = bit;
  }

  /** One bit of its own, for sets of kinds. */
  int bit() {
    return bit;
  }
}
