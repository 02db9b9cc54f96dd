package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyOrder;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.KeyWriter;
import org.jspecify.annotations.Nullable;

/**
 * The keys from {@code from} inclusive to {@code to} exclusive.
 *
 * @param to null for no upper bound
 * @param single whether the range consists of exactly the key {@code from}
 */
public record KeyRange(ByteString from, @Nullable ByteString to, boolean single) {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  /** All keys. */
  static final KeyRange ALL = new KeyRange(ByteString.EMPTY, null, false);

  /**
   * The range of a request: an empty {@code rangeEnd} means the single key, a zero byte means no
   * upper bound.
   */
  public static KeyRange of(ByteString key, ByteString rangeEnd) {
    if (rangeEnd.isEmpty()) {
      return new KeyRange(key, KeyOrder.after(key), true);
    }
    return new KeyRange(key, rangeEnd.equals(ZERO) ? null : rangeEnd, false);
  }

  /** All keys that start with {@code prefix}. */
  public static KeyRange ofPrefix(ByteString prefix) {
    byte @Nullable [] end = Bytes.afterPrefix(prefix.toByteArray());
    return new KeyRange(prefix, end == null ? null : UnsafeByteOperations.unsafeWrap(end), false);
  }

  /** The part of this range after {@code last}, which is in the range. */
  public KeyRange after(ByteString last) {
    return new KeyRange(KeyOrder.after(last), to, false);
  }

  public boolean contains(ByteString key) {
    return compare(from, key) <= 0 && (to == null || compare(key, to) < 0);
  }

  /** Whether the range cannot contain a key. */
  public boolean isEmpty() {
    return to != null && compare(from, to) >= 0;
  }

  byte[] fromBytes() {
    return from.toByteArray();
  }

  byte @Nullable [] toBytes() {
    return to == null ? null : to.toByteArray();
  }

  /** Where the history of the first key begins. */
  byte[] historyFrom() {
    return new KeyWriter().escaped(from).toBytes();
  }

  byte @Nullable [] historyTo() {
    return to == null ? null : new KeyWriter().escaped(to).toBytes();
  }

  /** Compares keys by their unsigned bytes. */
  public static int compare(ByteString left, ByteString right) {
    return ByteString.unsignedLexicographicalComparator().compare(left, right);
  }
}
