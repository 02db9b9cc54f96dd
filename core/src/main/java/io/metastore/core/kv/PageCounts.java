package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many keys there were behind the pages that were read last. Who reads the next page at the
 * same revision, as {@code etcdctl} and Kubernetes do, is told {@code count} without all of them
 * being counted again.
 *
 * <p>What was true of a revision stays true, so nothing here gets stale. Thread-safe; bounded.
 */
public final class PageCounts {
  static final long UNKNOWN = -1;

  private static final int PAGES_MAX = 256;
  private static final int KEY_BYTES_MAX = 4096;

  private final Map<KeysOfRevision, Long> counts =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<KeysOfRevision, Long> eldest) {
          return size() > PAGES_MAX;
        }
      };

  /** As a request names them. */
  private record KeysOfRevision(ByteString from, ByteString end, long revision) {}

  /** Remembers that {@code count} keys follow {@code last} in a range that ends at {@code end}. */
  void put(ByteString last, ByteString end, long revision, long count) {
    if (last.size() + end.size() > KEY_BYTES_MAX) {
      return;
    }
    KeysOfRevision rest = new KeysOfRevision(KeyOrder.after(last), end, revision);
    synchronized (counts) {
      counts.put(rest, count);
    }
  }

  /**
   * How many keys there are from {@code from} to {@code end}; {@link #UNKNOWN} if that is not
   * known.
   */
  long get(ByteString from, ByteString end, long revision) {
    synchronized (counts) {
      return counts.getOrDefault(new KeysOfRevision(from, end, revision), UNKNOWN);
    }
  }
}
