package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Serializes one version of a key: varint create revision, mod revision, version, lease, sub; then
 * the value. Sub is the position of the put within its revision; with it the {@link ChangeLog}
 * finds the version in one look-up.
 */
final class RecordCodec {
  /** No head of a record is longer: four varints of 64 bits and one of 32. */
  static final int HEAD_BYTES_MAX = 4 * 10 + 5;

  private RecordCodec() {}

  static byte[] encode(KeyValue record, int sub) {
    int head = headBytes(record, sub);
    byte[] bytes = new byte[head + record.value().size()];
    writeHead(record, sub, CodedOutputStream.newInstance(bytes, 0, head));
    record.value().copyTo(bytes, head);
    return bytes;
  }

  /** As {@link #encode(KeyValue, int)}, into a buffer with space for {@link #size}. */
  static void encode(KeyValue record, int sub, ByteBuffer target) {
    writeHead(record, sub, CodedOutputStream.newInstance(target));
    record.value().copyTo(target);
  }

  /** How long the serialized version is. */
  static int size(KeyValue record, int sub) {
    return headBytes(record, sub) + record.value().size();
  }

  private static int headBytes(KeyValue record, int sub) {
    return CodedOutputStream.computeUInt64SizeNoTag(record.createRevision())
        + CodedOutputStream.computeUInt64SizeNoTag(record.modRevision())
        + CodedOutputStream.computeUInt64SizeNoTag(record.version())
        + CodedOutputStream.computeUInt64SizeNoTag(record.lease())
        + CodedOutputStream.computeUInt32SizeNoTag(sub);
  }

  private static void writeHead(KeyValue record, int sub, CodedOutputStream out) {
    try {
      out.writeUInt64NoTag(record.createRevision());
      out.writeUInt64NoTag(record.modRevision());
      out.writeUInt64NoTag(record.version());
      out.writeUInt64NoTag(record.lease());
      out.writeUInt32NoTag(sub);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot happen: there is space
    }
  }

  /**
   * @param bytes used as the record's value without a copy: must not change
   */
  static KeyValue decode(ByteString key, byte[] bytes) {
    return decode(key, bytes, 0);
  }

  /** As {@link #decode(ByteString, byte[])}, with the position of the put. */
  static StoredKey decodeStored(ByteString key, byte[] bytes) {
    Head head = decodeHead(key, bytes, 0, bytes.length);
    return new StoredKey(decode(key, bytes, 0, head), head.sub());
  }

  /**
   * As {@link #decode(ByteString, byte[])}.
   *
   * @param start where the record begins in the array; it ends with the array
   */
  static KeyValue decode(ByteString key, byte[] bytes, int start) {
    return decode(key, bytes, start, decodeHead(key, bytes, start, bytes.length - start));
  }

  /** As {@link #decode(ByteString, byte[], int)}, if the head is already decoded. */
  static KeyValue decode(ByteString key, byte[] bytes, int start, Head head) {
    int valueStart = start + head.bytes();
    return new KeyValue(
        key,
        UnsafeByteOperations.unsafeWrap(bytes, valueStart, bytes.length - valueStart),
        head.createRevision(),
        head.modRevision(),
        head.version(),
        head.lease());
  }

  /**
   * What comes before the value.
   *
   * @param sub see {@link StoredKey}
   * @param bytes how long it is
   */
  record Head(
      long createRevision, long modRevision, long version, long lease, int sub, int bytes) {}

  /**
   * @param key for the message if the record is damaged
   * @param length of the record, or as much of it as there is: {@link #HEAD_BYTES_MAX} are enough
   */
  static Head decodeHead(ByteString key, byte[] bytes, int start, int length) {
    CodedInputStream in = CodedInputStream.newInstance(bytes, start, length);
    try {
      long create = in.readUInt64();
      long mod = in.readUInt64();
      long version = in.readUInt64();
      long lease = in.readUInt64();
      int sub = in.readUInt32();
      return new Head(create, mod, version, lease, sub, in.getTotalBytesRead());
    } catch (IOException e) {
      throw new IllegalStateException("record of key " + key + " is damaged", e);
    }
  }
}
