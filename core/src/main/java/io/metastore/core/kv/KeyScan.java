package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.storage.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Walks the newest versions of the keys of a range. */
public final class KeyScan {
  private KeyScan() {}

  /** All of them, in key order; the range is given as in a request. */
  public static List<KeyValue> all(Reader reader, ByteString key, ByteString rangeEnd) {
    if (rangeEnd.isEmpty()) {
      KeyValue found = KvTable.find(reader, key);
      return found == null ? List.of() : List.of(found);
    }
    List<KeyValue> found = new ArrayList<>();
    allMatch(reader, key, rangeEnd, found::add);
    return found;
  }

  /** All keys that start with {@code prefix}, in key order. */
  public static List<KeyValue> allWithPrefix(Reader reader, ByteString prefix) {
    List<KeyValue> found = new ArrayList<>();
    allMatch(reader, KeyRange.ofPrefix(prefix), found::add);
    return found;
  }

  /** Whether all of them pass; stops at the first that does not. True for an empty range. */
  public static boolean allMatch(
      Reader reader, ByteString key, ByteString rangeEnd, Predicate<KeyValue> test) {
    return allMatch(reader, KeyRange.of(key, rangeEnd), test);
  }

  private static boolean allMatch(Reader reader, KeyRange range, Predicate<KeyValue> test) {
    if (range.isEmpty()) {
      return true;
    }
    try (VersionCursor cursor = VersionCursor.latest(reader, range)) {
      while (cursor.next()) {
        if (!test.test(cursor.current())) {
          return false;
        }
      }
      return true;
    }
  }
}
