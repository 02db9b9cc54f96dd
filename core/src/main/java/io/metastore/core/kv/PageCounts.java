package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers how many keys followed the pages that were read last. If a client reads the next page
 * at the same revision, as {@code etcdctl} and Kubernetes do, its {@code count} is known without
 * counting all keys again. This helps if there have been more changes since that revision than
 * there are keys; with fewer, {@link KeyCounts} and the {@link ChangeLog} give the count as
 * quickly.
 *
 * <p>The facts about a revision never change, so entries never become stale. Thread-safe; bounded.
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

  private record KeysOfRevision(ByteString from, @Nullable ByteString to, long revision) {}

  /** Records that {@code count} keys of the range follow {@code last}. */
  void put(ByteString last, KeyRange range, long revision, long count) {
    ByteString to = range.to();
    if (last.size() + (to == null ? 0 : to.size()) > KEY_BYTES_MAX) {
      return;
    }
    KeysOfRevision rest = new KeysOfRevision(KeyOrder.after(last), to, revision);
    synchronized (counts) {
      counts.put(rest, count);
    }
  }

  /** The number of keys in the range; {@link #UNKNOWN} if it was not recorded. */
  long get(KeyRange range, long revision) {
    synchronized (counts) {
      return counts.getOrDefault(new KeysOfRevision(range.from(), range.to(), revision), UNKNOWN);
    }
  }
}
