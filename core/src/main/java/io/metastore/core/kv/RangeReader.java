package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.KeyWalk;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.command.Range;
import io.metastore.core.storage.Reader;
import java.io.Serial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@link Range} requests from one state of the tables.
 *
 * @param reader that state
 * @param revision its newest revision
 * @param compacted the compacted revision
 * @param responseBytesMax larger answers are refused with {@link ResponseTooLarge}
 * @param pages the counts of earlier pages; null while the revision is not complete
 */
public record RangeReader(
    Reader reader,
    long revision,
    long compacted,
    long responseBytesMax,
    @Nullable PageCounts pages) {
  /** Memory per key besides the key and value, as objects and in the encoded answer. */
  private static final int PER_KEY_BYTES = 128;

  private static final long UNKNOWN = PageCounts.UNKNOWN;

  /** At least this many changes are read to find the number of keys at an older revision. */
  private static final long CHANGES_MIN = 1_000;

  /** With more changes than this since a range was counted, counting it anew is as quick. */
  private static final long CHANGES_SINCE_MAX = 100;

  /** The answer is larger than the memory allowed for it. */
  public static final class ResponseTooLarge extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    private ResponseTooLarge(long bytesMax) {
      super("response exceeds " + bytesMax + " bytes", null, false, false);
    }
  }

  /** The bytes that a key-value of an answer counts for. */
  public static long bytes(KeyValue keyValue) {
    return (long) keyValue.key().size() + keyValue.value().size() + PER_KEY_BYTES;
  }

  /** The same reader with a smaller limit for answers. */
  public RangeReader atMost(long bytesMax) {
    return new RangeReader(
        reader, revision, compacted, Math.min(bytesMax, responseBytesMax), pages);
  }

  /** Why this range cannot be read; null if it can. */
  public @Nullable Failure check(Range range) {
    if (range.getRevision() > revision) {
      return Failure.of(
          FailureCode.FUTURE_REVISION, "requested", range.getRevision(), "current", revision);
    }
    if (range.getRevision() > 0 && range.getRevision() < compacted) {
      return Failure.of(
          FailureCode.COMPACTED, "requested", range.getRevision(), "compacted", compacted);
    }
    return null;
  }

  /** Reads a range that {@link #check} has accepted. */
  public RangeResult read(Range range) {
    boolean newest = range.getRevision() <= 0 || range.getRevision() == revision;
    if (newest && range.getRangeEnd().isEmpty()) {
      return readKey(range);
    }
    KeyRange keys = KeyRange.of(range.getKey(), range.getRangeEnd());
    if (keys.isEmpty()) {
      return new RangeResult(List.of(), 0, false);
    }
    long at = newest ? revision : range.getRevision();
    if (range.getCountOnly()) {
      long count = count(keys, at);
      return new RangeResult(List.of(), count == UNKNOWN ? walk(keys, at) : count, false);
    }
    try (VersionCursor cursor = cursor(keys, at)) {
      return collect(range, keys, cursor, at);
    }
  }

  /**
   * Walks the keys of a range for which {@link #check} found nothing wrong, in key order: it is not
   * sorted, its limit not applied.
   */
  public KeyWalk walk(Range range) {
    long at = range.getRevision() <= 0 ? revision : range.getRevision();
    return new RangeWalk(
        range, KeyRange.of(range.getKey(), range.getRangeEnd()), keys -> cursor(keys, at));
  }

  private VersionCursor cursor(KeyRange keys, long at) {
    return at == revision ? VersionCursor.latest(reader, keys) : VersionCursor.at(reader, keys, at);
  }

  private RangeResult readKey(Range range) {
    KeyValue found = KvTable.find(reader, range.getKey());
    if (found == null) {
      return new RangeResult(List.of(), 0, false);
    }
    if (range.getCountOnly() || !passes(range, found)) {
      return new RangeResult(List.of(), 1, false);
    }
    return new RangeResult(List.of(range.getKeysOnly() ? found.withoutValue() : found), 1, false);
  }

  /**
   * @param at the revision read by the cursor
   */
  private RangeResult collect(Range range, KeyRange keys, VersionCursor cursor, long at) {
    boolean sorted = isSorted(range);
    boolean filtered = isFiltered(range);
    boolean uncounted = range.getUncounted();
    long limit = range.getLimit() > 0 ? range.getLimit() : Long.MAX_VALUE;
    long bytesTarget =
        uncounted && range.getBytesTarget() > 0 ? range.getBytesTarget() : Long.MAX_VALUE;
    // Values are needed to sort by value, even if they are not returned.
    boolean dropValues = range.getKeysOnly() && range.getSortTarget() != Range.SortTarget.VALUE;
    List<KeyValue> found = new ArrayList<>();
    long count = UNKNOWN;
    long seen = 0;
    long bytes = 0;
    boolean more = false;
    boolean dropped = false;
    while (cursor.next()) {
      seen++;
      if (more) {
        continue; // only the count still matters
      }
      KeyValue current = cursor.current();
      if (filtered && !passes(range, current)) {
        continue;
      }
      if (!sorted && (found.size() >= limit || bytes >= bytesTarget)) {
        more = true;
        count = uncounted ? found.size() : count(keys, at, seen - 1, current.key());
        if (count != UNKNOWN) {
          break;
        }
        continue;
      }
      found.add(dropValues ? current.withoutValue() : current);
      bytes += current.key().size() + (dropValues ? 0 : current.value().size()) + PER_KEY_BYTES;
      if (bytes > responseBytesMax && sorted && found.size() > limit) {
        found = first(found, range, limit);
        bytes = found.stream().mapToLong(RangeReader::bytes).sum();
        dropped = true;
      }
      if (bytes > responseBytesMax) {
        throw new ResponseTooLarge(responseBytesMax);
      }
    }
    if (count == UNKNOWN) {
      count = uncounted ? found.size() : seen;
    }
    if (more && !uncounted && !filtered && pages != null) {
      ByteString last = found.get(found.size() - 1).key();
      pages.put(last, keys, at, count - found.size());
    }
    if (sorted) {
      more = dropped || found.size() > limit;
      found = first(found, range, limit);
    }
    if (range.getKeysOnly() && !dropValues) {
      found.replaceAll(KeyValue::withoutValue);
    }
    return new RangeResult(found, count, more);
  }

  /** The first {@code limit} keys in the requested order; the sort is stable. */
  private static List<KeyValue> first(List<KeyValue> found, Range range, long limit) {
    found.sort(comparator(range));
    return found.size() > limit ? new ArrayList<>(found.subList(0, (int) limit)) : found;
  }

  /** The number of keys in the range; {@link #UNKNOWN} if they have to be iterated. */
  private long count(KeyRange keys, long at) {
    if (at == revision) {
      return countNewest(keys);
    }
    long known = pages == null ? UNKNOWN : pages.get(keys, at);
    if (known != UNKNOWN) {
      return known;
    }
    long now = countNewest(keys);
    // With more changes than keys, iterating over the keys is cheaper.
    Long gain = ChangeLog.gain(reader, keys, at + 1, revision, CHANGES_MIN + now);
    return gain == null ? UNKNOWN : now - gain;
  }

  /**
   * As {@link #count(KeyRange, long)}, for who has seen the first ones.
   *
   * @param seen how many precede {@code next}
   */
  private long count(KeyRange keys, long at, long seen, ByteString next) {
    return at == revision
        ? seen + countNewest(new KeyRange(next, keys.to(), false))
        : count(keys, at);
  }

  /** The number of keys now: as counted before, plus what the range gained since, or else anew. */
  private long countNewest(KeyRange keys) {
    PageCounts.Counted last = pages == null ? null : pages.findLast(keys);
    if (last != null && last.revision() == revision) {
      return last.count();
    }
    Long gain =
        last == null || last.revision() > revision || last.revision() < compacted
            ? null
            : ChangeLog.gain(reader, keys, last.revision() + 1, revision, CHANGES_SINCE_MAX);
    long count = last == null || gain == null ? KeyCounts.count(reader, keys) : last.count() + gain;
    if (pages != null && (last == null || last.revision() < revision)) {
      pages.putLast(keys, revision, count);
    }
    return count;
  }

  private long walk(KeyRange keys, long at) {
    try (VersionCursor cursor = cursor(keys, at)) {
      return cursor.countRest();
    }
  }

  private static boolean isSorted(Range range) {
    return range.getOrder() != Range.Order.NONE
        && !(range.getOrder() == Range.Order.ASCEND
            && range.getSortTarget() == Range.SortTarget.KEY);
  }

  static boolean isFiltered(Range range) {
    return range.getMinModRevision() != 0
        || range.getMaxModRevision() != 0
        || range.getMinCreateRevision() != 0
        || range.getMaxCreateRevision() != 0;
  }

  private static boolean passes(Range range, KeyValue record) {
    return passes(range, record.createRevision(), record.modRevision());
  }

  static boolean passes(Range range, long createRevision, long modRevision) {
    return within(modRevision, range.getMinModRevision(), range.getMaxModRevision())
        && within(createRevision, range.getMinCreateRevision(), range.getMaxCreateRevision());
  }

  private static boolean within(long revision, long min, long max) {
    return (min == 0 || revision >= min) && (max == 0 || revision <= max);
  }

  private static Comparator<KeyValue> comparator(Range range) {
    Comparator<KeyValue> ascending =
        switch (range.getSortTarget()) {
          case VERSION -> Comparator.comparingLong(KeyValue::version);
          case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
          case MOD -> Comparator.comparingLong(KeyValue::modRevision);
          case VALUE ->
              Comparator.comparing(KeyValue::value, ByteString.unsignedLexicographicalComparator());
          case KEY, UNRECOGNIZED ->
              Comparator.comparing(KeyValue::key, ByteString.unsignedLexicographicalComparator());
        };
    return range.getOrder() == Range.Order.DESCEND ? ascending.reversed() : ascending;
  }
}
