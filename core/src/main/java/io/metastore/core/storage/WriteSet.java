package io.metastore.core.storage;

import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes that {@link Storage#write} makes visible together, and a view of the tables that includes
 * them. Owned by the apply thread.
 */
public final class WriteSet implements Reader {
  /** Marks a deleted key. Compared by identity, because an empty value is valid. */
  private static final byte[] DELETED = new byte[0];

  /** Upper bound for the size of a serialized change, besides its key and value. */
  private static final int ENTRY_BYTES = 20;

  private final Reader base;
  private final Map<Table, TableChanges> changes = new EnumMap<>(Table.class);
  private int sizeBytes;

  WriteSet(Reader base) {
    this.base = base;
    for (Table table : Table.values()) {
      changes.put(table, new TableChanges());
    }
  }

  /** Puts an entry. Both arrays are kept: the caller must not change them. */
  public void put(Table table, byte[] key, byte[] value) {
    changes(table).put(key, value);
    sizeBytes += key.length + value.length + ENTRY_BYTES;
  }

  /** Deletes an entry. The array is kept: the caller must not change it. */
  public void delete(Table table, byte[] key) {
    changes(table).put(key, DELETED);
    sizeBytes += key.length + ENTRY_BYTES;
  }

  /** Removes all changes, after they were stored. */
  public void clear() {
    changes.values().forEach(TableChanges::clear);
    sizeBytes = 0;
  }

  /** An empty set of changes on top of this one. {@link #add} merges them into this one. */
  public WriteSet nested() {
    return new WriteSet(this);
  }

  /** Merges the changes of a {@link #nested} set into this one. */
  public void add(WriteSet nested) {
    nested.changes.forEach((table, inner) -> changes(table).putAll(inner));
    sizeBytes += nested.sizeBytes;
  }

  /** An upper bound of the serialized size of the changes, in bytes. */
  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public byte @Nullable [] find(Table table, byte[] key) {
    byte[] changed = changes(table).find(key);
    if (changed == null) {
      return base.find(table, key);
    }
    return changed == DELETED ? null : changed;
  }

  @Override
  public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
    NavigableMap<byte[], byte[]> mine = changes(table).range(from, to);
    Cursor below = base.scan(table, from, to);
    return mine.isEmpty() ? below : new MergedCursor(mine, DELETED, below);
  }

  /** Receives a changed key and its new value; null if it was deleted. */
  public interface ChangeVisitor {
    void visit(byte[] key, byte @Nullable [] value);
  }

  /** Passes the changes of one table in the order in which their keys were first changed. */
  public void forEachChange(Table table, ChangeVisitor visitor) {
    TableChanges all = changes(table);
    for (int i = 0; i < all.size(); i++) {
      byte[] value = all.value(i);
      visitor.visit(all.key(i), value == DELETED ? null : value);
    }
  }

  /** As {@link #forEachChange}, in key order. */
  void forEachInOrder(Table table, ChangeVisitor visitor) {
    changes(table)
        .forEachInOrder((key, value) -> visitor.visit(key, value == DELETED ? null : value));
  }

  private TableChanges changes(Table table) {
    TableChanges found = changes.get(table);
    if (found == null) {
      throw new IllegalStateException("no changes kept for " + table);
    }
    return found;
  }
}
