package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.KeyRange;
import io.metastore.api.v1.Keys;
import io.metastore.core.api.KeyOrder;
import io.metastore.core.command.Range;

/**
 * A set of keys as a range of the store.
 *
 * @param end as in {@link Range}: empty for only {@code key}
 */
record KeyBounds(ByteString key, ByteString end) {
  /** The first key of all paths, and the first key after all paths. */
  private static final ByteString FIRST = ByteString.copyFromUtf8("/");

  private static final ByteString BEHIND_ALL = ByteString.copyFromUtf8("0");

  /**
   * @throws Refusal if the set is missing, or its paths are invalid
   */
  static KeyBounds of(String field, Keys keys) {
    return switch (keys.getKindCase()) {
      case KEY -> key(field + ".key", keys.getKey());
      case SUBTREE -> subtree(field + ".subtree", keys.getSubtree());
      case RANGE -> range(field + ".range", keys.getRange());
      case KIND_NOT_SET -> throw Refusal.badRequest(field, "is missing");
    };
  }

  static KeyBounds key(String field, String path) {
    return new KeyBounds(Paths.toKey(field, path), ByteString.EMPTY);
  }

  /** All keys below a directory. */
  static KeyBounds subtree(String field, String directory) {
    return below(Paths.toPrefix(field, directory));
  }

  /**
   * All keys that begin with a prefix.
   *
   * @param prefix ends with a slash
   */
  static KeyBounds below(ByteString prefix) {
    return new KeyBounds(prefix, prefix.substring(0, prefix.size() - 1).concat(BEHIND_ALL));
  }

  private static KeyBounds range(String field, KeyRange range) {
    return new KeyBounds(
        range.getStart().isEmpty() ? FIRST : Paths.toKey(field + ".start", range.getStart()),
        range.getEnd().isEmpty() ? BEHIND_ALL : Paths.toKey(field + ".end", range.getEnd()));
  }

  /** The part of the range after the given key. */
  KeyBounds after(ByteString key) {
    ByteString next = KeyOrder.after(key);
    if (ByteString.unsignedLexicographicalComparator().compare(next, this.key) <= 0) {
      return this;
    }
    // There is nothing after a single key, so the result is a range that ends where it begins.
    return new KeyBounds(next, end.isEmpty() ? KeyOrder.after(this.key) : end);
  }

  Range.Builder toRange() {
    return Range.newBuilder().setKey(key).setRangeEnd(end);
  }
}
