package io.metastore.core.storage;

import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * Merges pending changes with the stored entries of the same range. If both have a key, the change
 * wins.
 */
final class MergedCursor implements Cursor {
  private final NavigableMap<byte[], byte[]> changes;
  private final byte[] deleted;
  private final Cursor stored;
  private Map.@Nullable Entry<byte[], byte[]> change;
  private byte @Nullable [] storedKey;
  private boolean onChange;
  private boolean started;

  /**
   * @param deleted the array, compared by identity, that marks a deletion
   */
  MergedCursor(NavigableMap<byte[], byte[]> changes, byte[] deleted, Cursor stored) {
    this.changes = changes;
    this.deleted = deleted;
    this.stored = stored;
    this.change = changes.firstEntry();
    this.storedKey = stored.next() ? stored.key() : null;
  }

  @Override
  public boolean next() {
    if (started) {
      step();
    }
    started = true;
    return settle();
  }

  @Override
  public boolean seek(byte[] key) {
    started = true;
    change = changes.ceilingEntry(key);
    storedKey = stored.seek(key) ? stored.key() : null;
    return settle();
  }

  @Override
  public byte[] key() {
    return onChange ? entry().getKey() : storedKeyOrThrow();
  }

  @Override
  public byte[] value() {
    return onChange ? entry().getValue() : stored.value();
  }

  @Override
  public int value(byte[] target) {
    if (!onChange) {
      return stored.value(target);
    }
    byte[] value = entry().getValue();
    System.arraycopy(value, 0, target, 0, Math.min(value.length, target.length));
    return value.length;
  }

  @Override
  public void close() {
    stored.close();
  }

  /** Moves past the current entry. */
  private void step() {
    if (onChange) {
      change = changes.higherEntry(entry().getKey());
    } else {
      storedKey = stored.next() ? stored.key() : null;
    }
  }

  /**
   * Finds the entry that the cursor stops at; skips deletions and the stored entries that they
   * hide.
   */
  private boolean settle() {
    while (true) {
      if (change == null) {
        onChange = false;
        return storedKey != null;
      }
      int order = storedKey == null ? -1 : Arrays.compareUnsigned(change.getKey(), storedKey);
      if (order == 0) {
        storedKey = stored.next() ? stored.key() : null;
      }
      onChange = order <= 0;
      if (!onChange || change.getValue() != deleted) {
        return true;
      }
      change = changes.higherEntry(change.getKey());
    }
  }

  private Map.Entry<byte[], byte[]> entry() {
    if (change == null) {
      throw new IllegalStateException("cursor is at its end");
    }
    return change;
  }

  private byte[] storedKeyOrThrow() {
    if (storedKey == null) {
      throw new IllegalStateException("cursor is at its end");
    }
    return storedKey;
  }
}
