package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyValue;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Iterates over the newest versions of the keys of a range. */
public final class KeyScan {
  private static final int STEPS_MAX = 4;

  private KeyScan() {}

  /**
   * The first keys of the range, in key order.
   *
   * @param bytesMax stops after this many bytes of keys and values
   * @return empty only if the range has no keys
   */
  public static List<StoredKey> first(Reader reader, KeyRange range, int keysMax, long bytesMax) {
    List<StoredKey> found = new ArrayList<>();
    long bytes = 0;
    if (range.isEmpty()) {
      return found;
    }
    try (Cursor cursor = reader.scan(Table.LATEST, range.fromBytes(), range.toBytes())) {
      while (found.size() < keysMax && bytes < bytesMax && cursor.next()) {
        ByteString key = UnsafeByteOperations.unsafeWrap(cursor.key());
        StoredKey stored = RecordCodec.decodeStored(key, cursor.value());
        found.add(stored);
        bytes += RangeReader.bytes(stored.version());
      }
    }
    return found;
  }

  /**
   * The newest versions of the given keys, up to {@code bytesMax}, but at least one. Cheaper than
   * separate look-ups if the keys are neighbours.
   *
   * @param keys existing keys, in key order
   * @param bytesMax stops after this many bytes of keys and values
   */
  public static List<StoredKey> each(Reader reader, List<ByteString> keys, long bytesMax) {
    List<StoredKey> found = new ArrayList<>();
    long bytes = 0;
    try (Cursor cursor = reader.scan(Table.LATEST, keys.get(0).toByteArray(), null)) {
      for (int i = 0; i < keys.size() && bytes < bytesMax; i++) {
        ByteString key = keys.get(i);
        moveTo(cursor, key.toByteArray());
        found.add(RecordCodec.decodeStored(key, cursor.value()));
        bytes += RangeReader.bytes(found.get(i).version());
      }
    }
    return found;
  }

  /** A few steps of the cursor cost less than a seek. */
  private static void moveTo(Cursor cursor, byte[] key) {
    boolean more = true;
    for (int step = 0; step < STEPS_MAX && more; step++) {
      more = cursor.next();
      if (more && Arrays.equals(cursor.key(), key)) {
        return;
      }
    }
    if (!more || !cursor.seek(key) || !Arrays.equals(cursor.key(), key)) {
      throw new IllegalStateException("key does not exist");
    }
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
