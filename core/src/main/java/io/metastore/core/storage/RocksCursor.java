package io.metastore.core.storage;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;

/**
 * A RocksDB iterator over a bounded range.
 *
 * <p>RocksDB keeps deletions until a compaction, and an iterator has to step over each. This cursor
 * skips known gaps. When it meets too many deletions in a row, it continues to the next existing
 * entry and reports the gap between.
 */
final class RocksCursor implements Cursor {
  /** Stepping over this many deletions costs about as much as reading ten entries. */
  private static final int DELETIONS_MAX = 256;

  /** For {@link Reading#ONCE}: as large as a read that a disk serves at its full rate. */
  private static final long READ_AHEAD_BYTES = 1 << 20;

  /** How the entries of the range are used. */
  enum Reading {
    /** They may be read again soon: their blocks are cached. */
    OFTEN,
    /** See {@link Reader#scanOnce}. */
    ONCE
  }

  private final RocksDB db;
  private final ColumnFamilyHandle handle;
  private final org.rocksdb.@Nullable Snapshot snapshot;
  private final byte[] from;
  private final byte @Nullable [] to;
  private final Reading reading;
  private final Gaps gaps;
  private final @Nullable Consumer<Gaps.Gap> onGap;
  private final ReadOptions options;
  private final @Nullable Slice upper;
  private final RocksIterator iterator;
  private boolean started;
  private byte @Nullable [] key;

  /**
   * @param snapshot null to read the table's current state
   * @param gaps the known gaps of the table in that state
   * @param onGap receives the gaps that are found; null to step over any number of deletions
   */
  RocksCursor(
      RocksDB db,
      ColumnFamilyHandle handle,
      org.rocksdb.@Nullable Snapshot snapshot,
      byte[] from,
      byte @Nullable [] to,
      Reading reading,
      Gaps gaps,
      @Nullable Consumer<Gaps.Gap> onGap) {
    this.db = db;
    this.handle = handle;
    this.snapshot = snapshot;
    this.from = from;
    this.to = to;
    this.reading = reading;
    this.gaps = gaps;
    this.onGap = onGap;
    this.upper = to == null ? null : new Slice(to);
    this.options = options(upper);
    if (onGap != null) {
      options.setMaxSkippableInternalKeys(DELETIONS_MAX);
    }
    this.iterator = db.newIterator(handle, options);
  }

  private ReadOptions options(@Nullable Slice end) {
    ReadOptions made = new ReadOptions();
    if (reading == Reading.ONCE) {
      made.setFillCache(false).setReadaheadSize(READ_AHEAD_BYTES);
    }
    if (snapshot != null) {
      made.setSnapshot(snapshot);
    }
    if (end != null) {
      made.setIterateUpperBound(end);
    }
    return made;
  }

  @Override
  public boolean next() {
    if (!started) {
      return seek(from);
    }
    byte[] last = key();
    iterator.next();
    return settle() || (isIncomplete() && seek(Bytes.after(last)));
  }

  @Override
  public boolean seek(byte[] target) {
    started = true;
    byte[] position = target;
    byte[] gapFrom = null;
    boolean found = false;
    while (!found && position != null && !isEnd(position)) {
      Gaps.Gap known = gaps.containing(position);
      if (known != null) {
        known.markUsed();
        position = known.to;
        continue;
      }
      iterator.seek(position);
      found = settle();
      if (!found && isIncomplete()) {
        gapFrom = gapFrom == null ? position : gapFrom;
        position = walk(position);
      } else if (!found) {
        position = null;
      }
    }
    if (!found) {
      key = null;
    }
    if (gapFrom != null && onGap != null) {
      onGap.accept(new Gaps.Gap(gapFrom, found ? key : to));
    }
    return found;
  }

  /**
   * Steps over all deletions from {@code position}; returns the next entry's key or the start of
   * the next known gap.
   */
  private byte @Nullable [] walk(byte[] position) {
    Gaps.Gap next = gaps.firstAfter(position);
    byte[] end = next == null || isEnd(next.from) ? to : next.from;
    try (Slice endSlice = end == null ? null : new Slice(end);
        ReadOptions unlimited = options(endSlice);
        RocksIterator walking = db.newIterator(handle, unlimited)) {
      walking.seek(position);
      if (walking.isValid()) {
        return walking.key();
      }
      walking.status();
      return end;
    } catch (RocksDBException e) {
      throw new StorageException("cannot scan a table", e);
    }
  }

  private boolean isEnd(byte[] position) {
    return to != null && Arrays.compareUnsigned(position, to) >= 0;
  }

  @Override
  public byte[] key() {
    if (key == null) {
      throw new IllegalStateException("cursor is not on an entry");
    }
    return key;
  }

  @Override
  public byte[] value() {
    return iterator.value();
  }

  @Override
  public int value(byte[] target) {
    return iterator.value(target);
  }

  @Override
  public void close() {
    iterator.close();
    options.close();
    if (upper != null) {
      upper.close();
    }
  }

  private boolean settle() {
    boolean valid = iterator.isValid();
    key = valid ? iterator.key() : null;
    return valid;
  }

  /** Whether the iterator stopped because of too many deletions and not at the end of its range. */
  private boolean isIncomplete() {
    try {
      iterator.status();
      return false;
    } catch (RocksDBException e) {
      if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete) {
        return true;
      }
      throw new StorageException("cannot scan a table", e);
    }
  }
}
