package io.metastore.adapter.zookeeper;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory of large packets that have not been decoded, of all connections together: most
 * have arrived only in part, others wait for {@link RequestMemory}. If the process had no direct
 * memory left, every event loop would stop for half a second at each attempt to get some, and all
 * clients would wait. Thread-safe.
 */
final class PacketMemory {
  /** Packets of this size, in bytes, and smaller ones are not counted. */
  private static final int SMALL_BYTES = 64 << 10;

  /** The part of the heap, by whose size the JVM also limits direct memory. */
  private static final int HEAP_PART = 8;

  private final long bytesMax = Runtime.getRuntime().maxMemory() / HEAP_PART;
  private final AtomicLong taken = new AtomicLong();

  /**
   * Takes memory for a packet.
   *
   * @return the bytes to {@link #free} later; -1 if there is not enough left
   */
  int take(int packetBytes) {
    if (packetBytes <= SMALL_BYTES) {
      return 0;
    }
    if (taken.addAndGet(packetBytes) > bytesMax) {
      taken.addAndGet(-packetBytes);
      return -1;
    }
    return packetBytes;
  }

  void free(int bytes) {
    taken.addAndGet(-bytes);
  }
}
