package io.metastore.adapter.etcd.db;

import java.nio.ByteBuffer;

/**
 * A key of the bucket {@code key}: int64 revision ‖ {@code _} ‖ int64 sub, and {@code t} if it is a
 * deletion.
 */
record RevisionKey(long revision, long sub, boolean deletion) {
  private static final byte SEPARATOR = '_';
  private static final byte DELETION = 't';
  private static final int BYTES = Long.BYTES + 1 + Long.BYTES;

  byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(deletion ? BYTES + 1 : BYTES);
    out.putLong(revision).put(SEPARATOR).putLong(sub);
    if (deletion) {
      out.put(DELETION);
    }
    return out.array();
  }

  /**
   * @throws IllegalArgumentException if the bytes are not such a key
   */
  static RevisionKey of(byte[] bytes) {
    boolean deletion = bytes.length == BYTES + 1 && bytes[BYTES] == DELETION;
    if ((bytes.length != BYTES && !deletion) || bytes[Long.BYTES] != SEPARATOR) {
      throw new IllegalArgumentException("a key of " + bytes.length + " bytes is no revision");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new RevisionKey(in.getLong(0), in.getLong(Long.BYTES + 1), deletion);
  }
}
