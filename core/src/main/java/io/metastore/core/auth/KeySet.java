package io.metastore.core.auth;

import com.google.protobuf.ByteString;
import io.metastore.core.kv.KeyRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A set of keys, as ranges that neither overlap nor touch. Immutable. */
final class KeySet {
  /** The ranges by their first key. */
  private final NavigableMap<ByteString, KeyRange> ranges = new TreeMap<>(KeyRange::compare);

  /**
   * @param parts in any order; may overlap
   */
  KeySet(List<KeyRange> parts) {
    List<KeyRange> ordered = new ArrayList<>(parts);
    ordered.sort(Comparator.comparing(KeyRange::from, KeyRange::compare));
    KeyRange last = null;
    for (KeyRange range : ordered) {
      if (range.isEmpty()) {
        continue;
      }
      if (last == null || !reaches(last, range.from())) {
        last = range;
      } else if (!endsBehind(last, range)) {
        last = new KeyRange(last.from(), range.to(), false);
      }
      ranges.put(last.from(), last);
    }
  }

  /** Whether the set contains every key of a range. */
  boolean covers(KeyRange range) {
    if (range.isEmpty()) {
      return true;
    }
    Map.Entry<ByteString, KeyRange> before = ranges.floorEntry(range.from());
    return before != null && endsBehind(before.getValue(), range);
  }

  /** Whether no key lies between the end of a range and {@code from}. */
  private static boolean reaches(KeyRange range, ByteString from) {
    return range.to() == null || KeyRange.compare(range.to(), from) >= 0;
  }

  /** Whether a range ends at the same key as another one, or later. */
  private static boolean endsBehind(KeyRange range, KeyRange other) {
    return range.to() == null
        || (other.to() != null && KeyRange.compare(range.to(), other.to()) >= 0);
  }
}
