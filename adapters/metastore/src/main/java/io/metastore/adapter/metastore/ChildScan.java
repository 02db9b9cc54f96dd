package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyOrder;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the direct children of a directory without reading the keys below them: after a
 * child's first key it continues at the next child.
 *
 * <p>Reads a few keys ahead, and more of them as long as they are children, so that a flat
 * directory is read in one scan. Reads from the disk; not thread-safe.
 */
final class ChildScan {
  private static final int AHEAD_MIN = 2;
  private static final int AHEAD_MAX = 256;
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();
  private static final ByteString SLASH = ByteString.copyFromUtf8("/");

  private final ReadView view;
  private final ByteString prefix;
  private final ByteString end;
  private final long revision;

  /** Consecutive keys, without values, from {@link #aheadFrom} on. */
  private List<KeyValue> ahead = List.of();

  private ByteString aheadFrom;

  /** Whether there are keys after {@link #ahead}. */
  private boolean moreBehind = true;

  private int next;
  private int aheadKeys = AHEAD_MIN;

  /** All children before this position have been returned. */
  private ByteString position;

  /**
   * A child of the directory.
   *
   * @param file the key without its value; null if the child is only a directory
   */
  record Child(ByteString name, @Nullable KeyValue file, boolean directory) {}

  /**
   * @param prefix the common prefix of the keys below the directory, with the trailing slash
   * @param position where to continue; {@code prefix} to begin
   * @param revision the revision to read at
   */
  ChildScan(ReadView view, ByteString prefix, ByteString position, long revision) {
    this.view = view;
    this.prefix = prefix;
    this.end = KeyBounds.below(prefix).end();
    this.revision = revision;
    this.position = position;
    this.aheadFrom = position;
  }

  /** The position at which another scan can continue. */
  ByteString position() {
    return position;
  }

  /**
   * The next child, or null at the end.
   *
   * @throws Refusal if the revision cannot be read
   */
  @Nullable Child next() {
    for (KeyValue found = findAtPosition(); found != null; found = findAtPosition()) {
      ByteString key = found.key();
      int slash = indexOfSlash(key);
      ByteString name = key.substring(prefix.size(), slash);
      if (slash == key.size()) {
        position = KeyOrder.after(key);
        if (Paths.isComponent(name)) {
          return new Child(name, found, hasKeysBelow(key.concat(SLASH)));
        }
      } else {
        ByteString path = key.substring(0, slash);
        position = KeyBounds.below(key.substring(0, slash + 1)).end();
        // A child that is also a key was returned with that key.
        if (Paths.isComponent(name) && !exists(path)) {
          return new Child(name, null, true);
        }
      }
    }
    return null;
  }

  /** The end of the child's name: the next slash, or the end of the key. */
  private int indexOfSlash(ByteString key) {
    int at = prefix.size();
    while (at < key.size() && key.byteAt(at) != '/') {
      at++;
    }
    return at;
  }

  private @Nullable KeyValue findAtPosition() {
    while (next < ahead.size() && ORDER.compare(ahead.get(next).key(), position) < 0) {
      next++;
    }
    if (next == ahead.size()) {
      if (!moreBehind) {
        return null;
      }
      readAhead();
    }
    return next < ahead.size() ? ahead.get(next) : null;
  }

  private void readAhead() {
    // True if the last keys were children, not keys below children.
    boolean flat =
        !ahead.isEmpty() && position.equals(KeyOrder.after(ahead.get(ahead.size() - 1).key()));
    aheadKeys = flat ? Math.min(aheadKeys * 2, AHEAD_MAX) : AHEAD_MIN;
    Outcome.Ranged read = read(position, end, aheadKeys);
    ahead = read.result().keyValues();
    moreBehind = read.result().more();
    aheadFrom = position;
    next = 0;
  }

  private boolean hasKeysBelow(ByteString directory) {
    int at = indexAhead(directory);
    if (at < ahead.size()) {
      return ahead.get(at).key().startsWith(directory);
    }
    return moreBehind
        && !read(directory, KeyBounds.below(directory).end(), 1).result().keyValues().isEmpty();
  }

  private boolean exists(ByteString key) {
    if (ORDER.compare(key, aheadFrom) < 0) {
      return !read(key, ByteString.EMPTY, 1).result().keyValues().isEmpty();
    }
    // The key is before one that was read ahead, so it was read, too, if it exists.
    int at = indexAhead(key);
    return at < ahead.size() && ahead.get(at).key().equals(key);
  }

  /** The index of the first key read ahead that is not before {@code key}. */
  private int indexAhead(ByteString key) {
    KeyValue sought = KeyValue.tombstone(key, 0);
    int at = Collections.binarySearch(ahead, sought, Comparator.comparing(KeyValue::key, ORDER));
    return at < 0 ? -at - 1 : at;
  }

  private Outcome.Ranged read(ByteString from, ByteString to, int limit) {
    Outcome outcome =
        view.range(
            new KeyBounds(from, to)
                .toRange()
                .setLimit(limit)
                .setUncounted(true)
                .setKeysOnly(true)
                .setRevision(revision)
                .build());
    if (outcome instanceof Outcome.Failed failed) {
      throw Errors.toRefusal(failed.failure());
    }
    return (Outcome.Ranged) outcome;
  }
}
