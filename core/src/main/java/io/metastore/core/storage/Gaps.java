package io.metastore.core.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stretches of one table, at one moment, in which no entry exists. Known are only those that were
 * expensive to walk, because many deletions are stored there: a scan jumps over them.
 *
 * <p>Immutable, but for a mark on what is of use.
 */
final class Gaps {
  static final Gaps NONE = new Gaps(new Gap[0]);

  /** Beyond it those that no scan has jumped over are forgotten, or else all. */
  private static final int GAPS_MAX = 4096;

  /** In key order; they do not touch each other. */
  private final Gap[] gaps;

  private Gaps(Gap[] gaps) {
    this.gaps = gaps;
  }

  /** No entry exists from {@code from} up to before {@code to}; null for the end of the table. */
  static final class Gap {
    final byte[] from;
    final byte @Nullable [] to;

    /** Whether a scan has jumped over it. Races do no harm. */
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

  /** The gap that a key is in, or null. */
  @Nullable Gap containing(byte[] key) {
    int index = lastFromAtOrBefore(key);
    return index >= 0 && gaps[index].endsAfter(key) ? gaps[index] : null;
  }

  /** The first gap that begins after a key, or null. */
  @Nullable Gap firstAfter(byte[] key) {
    int index = lastFromAtOrBefore(key) + 1;
    return index < gaps.length ? gaps[index] : null;
  }

  /** With one more; those that it touches become part of it. */
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

  /** After an entry was written. */
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

  /** After an entry was deleted: what it has parted comes together, what it has ended goes on. */
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

  /** Null is after everything. */
  static int compareEnds(byte @Nullable [] left, byte @Nullable [] right) {
    if (left == null || right == null) {
      return Boolean.compare(left == null, right == null);
    }
    return Arrays.compareUnsigned(left, right);
  }
}
