package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers how many keys the ranges had that were counted last, and how many keys followed the
 * pages that were read last. A range that is counted again while little has changed needs no more
 * than the changes. If a client reads the next page at the same revision, as {@code etcdctl} and
 * Kubernetes do, its {@code count} is known without counting all keys again. This helps if there
 * have been more changes since that revision than there are keys; with fewer, {@link KeyCounts} and
 * the {@link ChangeLog} give the count as quickly.
 *
 * <p>The facts about a revision never change, so entries never become stale. Thread-safe; bounded.
 */
public final class PageCounts {
  static final long UNKNOWN = -1;

  private static final int ENTRIES_MAX = 256;
  private static final int KEY_BYTES_MAX = 4096;

  /** Guarded by itself, as the next. */
  private final Map<KeysOfRevision, Long> counts = bounded();

  private final Map<KeyRange, Counted> last = bounded();

  private record KeysOfRevision(ByteString from, @Nullable ByteString to, long revision) {}

  /** The number of keys that a range had at a revision. */
  record Counted(long revision, long count) {}

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > ENTRIES_MAX;
      }
    };
  }

  /** Records the number of keys in a range. */
  void putLast(KeyRange range, long revision, long count) {
    ByteString to = range.to();
    if (range.from().size() + (to == null ? 0 : to.size()) <= KEY_BYTES_MAX) {
      synchronized (last) {
        last.put(range, new Counted(revision, count));
      }
    }
  }

  /** What was recorded last for this very range, or null. */
  @Nullable Counted findLast(KeyRange range) {
    synchronized (last) {
      return last.get(range);
    }
  }

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
