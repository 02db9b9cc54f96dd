package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.storage.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Iterates over the newest versions of the keys of a range. */
public final class KeyScan {
  private KeyScan() {}

  /**
   * The first keys of the range, in key order.
   *
   * @param bytesMax stops after this many bytes of keys and values
   * @return empty only if the range has no keys
   */
  public static List<KeyValue> first(Reader reader, KeyRange range, int keysMax, long bytesMax) {
    List<KeyValue> found = new ArrayList<>();
    long[] bytes = new long[1];
    allMatch(
        reader,
        range,
        key -> {
          found.add(key);
          bytes[0] += key.key().size() + key.value().size();
          return found.size() < keysMax && bytes[0] < bytesMax;
        });
    return found;
  }

  /** All keys that start with {@code prefix}, in key order. */
  public static List<KeyValue> allWithPrefix(Reader reader, ByteString prefix) {
    List<KeyValue> found = new ArrayList<>();
    allMatch(reader, KeyRange.ofPrefix(prefix), found::add);
    return found;
  }

  /**
   * Whether all keys of the range pass a test; stops at the first that does not. True for an empty
   * range.
   */
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
