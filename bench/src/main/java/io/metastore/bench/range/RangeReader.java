package io.metastore.bench.range;

import java.util.concurrent.CompletableFuture;

/**
 * Reads all keys once, without keeping them. The counters belong to the reader's event loop and may
 * be read when {@link #ended} is complete.
 */
abstract class RangeReader {
  final CompletableFuture<Void> ended = new CompletableFuture<>();
  private long keys;
  private long bytes;

  abstract void begin();

  final void count(int moreKeys, int moreBytes) {
    keys += moreKeys;
    bytes += moreBytes;
  }

  final long keys() {
    return keys;
  }

  final long bytes() {
    return bytes;
  }
}
