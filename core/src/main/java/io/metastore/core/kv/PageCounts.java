package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many keys there were behind the pages that were read last. A client that reads the next page
 * at the same revision, as {@code etcdctl} and Kubernetes do, is told {@code count} without all of
 * them being counted again. That matters once more has changed since than there are keys; before,
 * {@link KeyCounts} and the {@link ChangeLog} tell as quickly.
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

  private record KeysOfRevision(ByteString from, @Nullable ByteString to, long revision) {}

  /** Remembers that {@code count} keys of the range follow {@code last}. */
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

  /** How many keys the range has; {@link #UNKNOWN} if that is not known. */
  long get(KeyRange range, long revision) {
    synchronized (counts) {
      return counts.getOrDefault(new KeysOfRevision(range.from(), range.to(), revision), UNKNOWN);
    }
  }
}
