package io.metastore.server.zookeeper.data;

import io.metastore.core.api.ZnodeImage;

/**
 * ZooKeeper's field {@code ephemeralOwner}, which also tells container and TTL nodes. Source:
 * {@code EphemeralType}.
 */
final class Owner {
  static final long CONTAINER = Long.MIN_VALUE;

  private static final int KIND_SHIFT = 56;
  private static final long TTL_KIND = 0xff;
  private static final long TTL_MASK = (1L << 40) - 1;

  private Owner() {}

  static long ofTtl(long ttlMs) {
    return (TTL_KIND << KIND_SHIFT) | ttlMs;
  }

  /** The owner of a node. */
  static long of(ZnodeImage node) {
    if (node.container()) {
      return CONTAINER;
    }
    return node.ttlMs() > 0 ? ofTtl(node.ttlMs()) : node.session();
  }

  static boolean isContainer(long owner) {
    return owner == CONTAINER;
  }

  /** The TTL of a TTL node; 0 for other nodes. */
  static long ttlMs(long owner) {
    return owner >>> KIND_SHIFT == TTL_KIND ? owner & TTL_MASK : 0;
  }

  /** The session of an ephemeral node; 0 for other nodes. */
  static long session(long owner) {
    return isContainer(owner) || owner >>> KIND_SHIFT == TTL_KIND ? 0 : owner;
  }
}
