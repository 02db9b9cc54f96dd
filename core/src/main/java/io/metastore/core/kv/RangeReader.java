package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyValue;
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
 * @param compacted the revision below which versions are gone
 * @param responseBytesMax answers above it are refused with {@link ResponseTooLarge}
 * @param pages what is known of other pages; null where a revision is not complete yet
 */
public record RangeReader(
    Reader reader,
    long revision,
    long compacted,
    long responseBytesMax,
    @Nullable PageCounts pages) {
  /** What a key costs besides its bytes, as objects here and as a message in the answer. */
  private static final int PER_KEY_BYTES = 128;

  /** An answer would need more memory than is set aside for it. */
  public static final class ResponseTooLarge extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    private ResponseTooLarge(long bytesMax) {
      super("response exceeds " + bytesMax + " bytes", null, false, false);
    }
  }

  /** Why this range cannot be read, or null if it can. */
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

  /** The answer to a range for which {@link #check} found nothing wrong. */
  public RangeResult read(Range range) {
    boolean newest = range.getRevision() <= 0 || range.getRevision() == revision;
    if (newest && range.getRangeEnd().isEmpty()) {
      return readKey(range);
    }
    KeyRange keys = KeyRange.of(range.getKey(), range.getRangeEnd());
    if (keys.isEmpty()) {
      return new RangeResult(List.of(), 0, false);
    }
    try (VersionCursor cursor =
        newest
            ? VersionCursor.latest(reader, keys)
            : VersionCursor.at(reader, keys, range.getRevision())) {
      return collect(range, cursor, newest ? revision : range.getRevision());
    }
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
   * @param at the revision that the cursor reads
   */
  private RangeResult collect(Range range, VersionCursor cursor, long at) {
    long known =
        pages == null || range.getUncounted()
            ? PageCounts.UNKNOWN
            : pages.get(range.getKey(), range.getRangeEnd(), at);
    if (known != PageCounts.UNKNOWN && range.getCountOnly()) {
      return new RangeResult(List.of(), known, false);
    }
    boolean sorted = isSorted(range);
    boolean filtered = isFiltered(range);
    long limit = range.getLimit() > 0 ? range.getLimit() : Long.MAX_VALUE;
    List<KeyValue> found = new ArrayList<>();
    long seen = 0;
    long bytes = 0;
    boolean more = false;
    // Values are needed to sort by them, even if the answer drops them.
    boolean dropValues = range.getKeysOnly() && range.getSortTarget() != Range.SortTarget.VALUE;
    boolean uncounted = range.getUncounted() && !range.getCountOnly();
    boolean untilFull = uncounted || known != PageCounts.UNKNOWN;
    long bytesTarget =
        uncounted && range.getBytesTarget() > 0 ? range.getBytesTarget() : Long.MAX_VALUE;
    while (!(more && untilFull) && cursor.next()) {
      seen++;
      if (range.getCountOnly()) {
        continue;
      }
      boolean full = !sorted && (found.size() >= limit || bytes >= bytesTarget);
      if (full && (more || !filtered)) {
        more = true; // only the count is still of interest
        continue;
      }
      KeyValue current = cursor.current();
      if (filtered && !passes(range, current)) {
        continue;
      }
      if (full) {
        more = true;
        continue;
      }
      found.add(dropValues ? current.withoutValue() : current);
      bytes += current.key().size() + (dropValues ? 0 : current.value().size()) + PER_KEY_BYTES;
      if (bytes > responseBytesMax) {
        throw new ResponseTooLarge(responseBytesMax);
      }
    }
    long count = uncounted ? found.size() : known != PageCounts.UNKNOWN ? known : seen;
    if (more && !uncounted && !filtered && pages != null) {
      ByteString last = found.get(found.size() - 1).key();
      pages.put(last, range.getRangeEnd(), at, count - found.size());
    }
    if (sorted) {
      found.sort(comparator(range));
      if (found.size() > limit) {
        more = true;
        found = new ArrayList<>(found.subList(0, (int) limit));
      }
    }
    if (range.getKeysOnly() && !dropValues) {
      found.replaceAll(KeyValue::withoutValue);
    }
    return new RangeResult(found, count, more);
  }

  private static boolean isSorted(Range range) {
    return range.getOrder() != Range.Order.NONE
        && !(range.getOrder() == Range.Order.ASCEND
            && range.getSortTarget() == Range.SortTarget.KEY);
  }

  private static boolean isFiltered(Range range) {
    return range.getMinModRevision() != 0
        || range.getMaxModRevision() != 0
        || range.getMinCreateRevision() != 0
        || range.getMaxCreateRevision() != 0;
  }

  private static boolean passes(Range range, KeyValue record) {
    return within(record.modRevision(), range.getMinModRevision(), range.getMaxModRevision())
        && within(
            record.createRevision(), range.getMinCreateRevision(), range.getMaxCreateRevision());
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
