package io.metastore.core.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The known gaps of one table at one moment: key intervals without entries, which scans skip. A gap
 * is known only if walking it was expensive, because RocksDB still stores many deletions there.
 *
 * <p>Immutable, except that a gap is marked once a scan has skipped it.
 */
final class Gaps {
  static final Gaps NONE = new Gaps(new Gap[0]);

  /**
   * With more gaps than this, the ones never skipped are forgotten; if too many are left, all are.
   */
  private static final int GAPS_MAX = 4096;

  /** In key order; no two gaps touch. */
  private final Gap[] gaps;

  private Gaps(Gap[] gaps) {
    this.gaps = gaps;
  }

  /**
   * There is no entry from {@code from} inclusive to {@code to} exclusive; null is the end of the
   * table.
   */
  static final class Gap {
    final byte[] from;
    final byte @Nullable [] to;

    /** Whether a scan has skipped this gap. Unsynchronized: a lost update does no harm. */
    private boolean used;

    Gap(byte[] from, byte @Nullable [] to) {
      this(from, to, false);
    }

    private Gap(byte[] from, byte @Nullable [] to, boolean used) {
      this.from = from;
      this.to = to;
      this.used = used;
    }

    boolean contains(byte[] key) {
      return Arrays.compareUnsigned(from, key) <= 0 && endsAfter(key);
    }

    boolean endsAfter(byte @Nullable [] key) {
      return compareEnds(to, key) > 0;
    }

    void markUsed() {
      used = true;
    }
  }

  boolean isEmpty() {
    return gaps.length == 0;
  }

  /** The gap that contains a key; null if there is none. */
  @Nullable Gap containing(byte[] key) {
    int index = lastFromAtOrBefore(key);
    return index >= 0 && gaps[index].endsAfter(key) ? gaps[index] : null;
  }

  /** The first gap that begins after a key; null if there is none. */
  @Nullable Gap firstAfter(byte[] key) {
    int index = lastFromAtOrBefore(key) + 1;
    return index < gaps.length ? gaps[index] : null;
  }

  /** Adds a gap and merges it with gaps that it touches. */
  Gaps with(Gap added) {
    List<Gap> result = new ArrayList<>(gaps.length + 1);
    byte[] from = added.from;
    byte[] to = added.to;
    boolean used = added.used;
    int i = 0;
    for (; i < gaps.length && compareEnds(gaps[i].to, from) < 0; i++) {
      result.add(gaps[i]);
    }
    for (; i < gaps.length && compareEnds(gaps[i].from, to) <= 0; i++) {
      from = Arrays.compareUnsigned(gaps[i].from, from) < 0 ? gaps[i].from : from;
      to = compareEnds(gaps[i].to, to) > 0 ? gaps[i].to : to;
      used |= gaps[i].used;
    }
    result.add(new Gap(from, to, used));
    result.addAll(Arrays.asList(gaps).subList(i, gaps.length));
    return bounded(result);
  }

  /** The gaps after {@code key} was put. */
  Gaps afterPut(byte[] key) {
    Gap around = containing(key);
    if (around == null) {
      return this;
    }
    List<Gap> result = new ArrayList<>(gaps.length + 1);
    for (Gap gap : gaps) {
      if (gap != around) {
        result.add(gap);
        continue;
      }
      byte[] next = Bytes.after(key);
      if (!Arrays.equals(gap.from, key)) {
        result.add(new Gap(gap.from, key, gap.used));
      }
      if (gap.endsAfter(next)) {
        result.add(new Gap(next, gap.to));
      }
    }
    return bounded(result);
  }

  /**
   * The gaps after {@code key} was deleted: a gap that ends or begins at the key is extended by it.
   */
  Gaps afterDelete(byte[] key) {
    if (gaps.length == 0) {
      return this;
    }
    byte[] next = Bytes.after(key);
    int before = lastFromAtOrBefore(key);
    boolean touchesBefore = before >= 0 && compareEnds(gaps[before].to, key) == 0;
    boolean touchesAfter = before + 1 < gaps.length && Arrays.equals(gaps[before + 1].from, next);
    return touchesBefore || touchesAfter ? with(new Gap(key, next)) : this;
  }

  private static Gaps bounded(List<Gap> gaps) {
    if (gaps.size() > GAPS_MAX) {
      List<Gap> used = gaps.stream().filter(gap -> gap.used).toList();
      return used.size() > GAPS_MAX / 2 ? NONE : new Gaps(used.toArray(Gap[]::new));
    }
    return new Gaps(gaps.toArray(Gap[]::new));
  }

  private int lastFromAtOrBefore(byte[] key) {
    int low = 0;
    int high = gaps.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(gaps[middle].from, key) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  /** Compares ends of gaps; null is greater than every key. */
  static int compareEnds(byte @Nullable [] left, byte @Nullable [] right) {
    if (left == null || right == null) {
      return Boolean.compare(left == null, right == null);
    }
    return Arrays.compareUnsigned(left, right);
  }
}
