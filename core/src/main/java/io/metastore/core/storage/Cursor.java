package io.metastore.core.storage;

/**
 * Iterates over entries in ascending key order. Starts before the first one. For use by one thread.
 */
public interface Cursor extends AutoCloseable {

  /** Moves to the next entry; false at the end. */
  boolean next();

  /** Moves forward to the first entry at or after {@code key}; false at the end. */
  boolean seek(byte[] key);

  /** The current entry's key; the array must not be changed. */
  byte[] key();

  /** The current entry's value; the caller owns the array. */
  byte[] value();

  /**
   * Copies the beginning of the current entry's value, as much as {@code target} holds.
   *
   * @return how long the whole value is
   */
  int value(byte[] target);

  @Override
  void close();
}
