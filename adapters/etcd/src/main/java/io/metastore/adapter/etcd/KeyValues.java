package io.metastore.adapter.etcd;

import static io.metastore.etcdapi.mvccpb.KeyValue.CREATE_REVISION_FIELD_NUMBER;
import static io.metastore.etcdapi.mvccpb.KeyValue.KEY_FIELD_NUMBER;
import static io.metastore.etcdapi.mvccpb.KeyValue.LEASE_FIELD_NUMBER;
import static io.metastore.etcdapi.mvccpb.KeyValue.MOD_REVISION_FIELD_NUMBER;
import static io.metastore.etcdapi.mvccpb.KeyValue.VALUE_FIELD_NUMBER;
import static io.metastore.etcdapi.mvccpb.KeyValue.VERSION_FIELD_NUMBER;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.KeyWalk;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import java.io.IOException;

/** Versions of keys as etcd clients see them. */
final class KeyValues {
  private KeyValues() {}

  static io.metastore.etcdapi.mvccpb.KeyValue toWire(KeyValue keyValue) {
    return toBuilder(keyValue).setLease(keyValue.lease()).build();
  }

  static io.metastore.etcdapi.mvccpb.KeyValue toWireWithoutLease(KeyValue keyValue) {
    return toBuilder(keyValue).build();
  }

  private static io.metastore.etcdapi.mvccpb.KeyValue.Builder toBuilder(KeyValue keyValue) {
    return io.metastore.etcdapi.mvccpb.KeyValue.newBuilder()
        .setKey(keyValue.key())
        .setCreateRevision(keyValue.createRevision())
        .setModRevision(keyValue.modRevision())
        .setVersion(keyValue.version())
        .setValue(keyValue.value());
  }

  /**
   * The encoded size of a walk's current key-value as an element of {@link
   * RangeResponse#getKvsList}.
   *
   * @param indexed whether its lease is omitted
   */
  static int entryBytes(KeyWalk keyValue, boolean indexed) {
    int bytes = bytes(keyValue, indexed);
    return CodedOutputStream.computeTagSize(RangeResponse.KVS_FIELD_NUMBER)
        + CodedOutputStream.computeUInt32SizeNoTag(bytes)
        + bytes;
  }

  /**
   * Writes what {@link #entryBytes} measured: in protobuf's format, but without building a message.
   */
  static void writeEntry(CodedOutputStream out, KeyWalk keyValue, boolean indexed)
      throws IOException {
    out.writeTag(RangeResponse.KVS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(bytes(keyValue, indexed));
    ByteString key = keyValue.key();
    if (!key.isEmpty()) {
      out.writeBytes(KEY_FIELD_NUMBER, key);
    }
    writeNumber(out, CREATE_REVISION_FIELD_NUMBER, keyValue.createRevision());
    writeNumber(out, MOD_REVISION_FIELD_NUMBER, keyValue.modRevision());
    writeNumber(out, VERSION_FIELD_NUMBER, keyValue.version());
    if (keyValue.valueBytes() > 0) {
      keyValue.writeValue(VALUE_FIELD_NUMBER, out);
    }
    if (!indexed) {
      writeNumber(out, LEASE_FIELD_NUMBER, keyValue.lease());
    }
  }

  private static int bytes(KeyWalk keyValue, boolean indexed) {
    int bytes =
        fieldBytes(KEY_FIELD_NUMBER, keyValue.key().size())
            + numberBytes(CREATE_REVISION_FIELD_NUMBER, keyValue.createRevision())
            + numberBytes(MOD_REVISION_FIELD_NUMBER, keyValue.modRevision())
            + numberBytes(VERSION_FIELD_NUMBER, keyValue.version())
            + fieldBytes(VALUE_FIELD_NUMBER, keyValue.valueBytes());
    return indexed ? bytes : bytes + numberBytes(LEASE_FIELD_NUMBER, keyValue.lease());
  }

  private static int fieldBytes(int field, int length) {
    return length == 0
        ? 0
        : CodedOutputStream.computeTagSize(field)
            + CodedOutputStream.computeUInt32SizeNoTag(length)
            + length;
  }

  private static int numberBytes(int field, long number) {
    return number == 0 ? 0 : CodedOutputStream.computeInt64Size(field, number);
  }

  private static void writeNumber(CodedOutputStream out, int field, long number)
      throws IOException {
    if (number != 0) {
      out.writeInt64(field, number);
    }
  }
}
