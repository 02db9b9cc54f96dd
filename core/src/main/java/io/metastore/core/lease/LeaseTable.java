package io.metastore.core.lease;

import com.google.protobuf.ByteString;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which leases exist and which keys are attached to them.
 *
 * <p>Layout in {@link Table#SMALL}: {@code l} ‖ int64 id → int64 ttl ‖ int64 remaining ‖ int64
 * granted index; {@code k} ‖ int64 id ‖ user key → nothing.
 */
public final class LeaseTable {
  private LeaseTable() {}

  public static @Nullable Lease find(Reader reader, long id) {
    byte[] value = reader.find(Table.SMALL, leaseKey(id));
    return value == null ? null : decode(id, value);
  }

  public static void put(WriteSet writes, Lease lease) {
    writes.put(
        Table.SMALL,
        leaseKey(lease.id()),
        new KeyWriter()
            .int64(lease.ttl())
            .int64(lease.remaining())
            .int64(lease.grantedIndex())
            .toBytes());
  }

  /** Removes a lease whose keys are all detached. */
  public static void remove(WriteSet writes, long id) {
    writes.delete(Table.SMALL, leaseKey(id));
  }

  public static void attach(WriteSet writes, long id, ByteString key) {
    writes.put(Table.SMALL, attachmentKey(id, key), Bytes.EMPTY);
  }

  public static void detach(WriteSet writes, long id, ByteString key) {
    writes.delete(Table.SMALL, attachmentKey(id, key));
  }

  /** The attached keys, in key order. */
  public static List<ByteString> keys(Reader reader, long id) {
    byte[] prefix = SmallTable.LEASE_KEY.key().int64(id).toBytes();
    List<ByteString> keys = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        keys.add(new KeyReader(cursor.key()).skip(prefix.length).bytes());
      }
    }
    return keys;
  }

  /** Passes every lease, by id. */
  public static void forEach(Reader reader, Consumer<Lease> visitor) {
    byte[] prefix = SmallTable.LEASE.key().toBytes();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        visitor.accept(
            decode(new KeyReader(cursor.key()).skip(prefix.length).int64(), cursor.value()));
      }
    }
  }

  private static Lease decode(long id, byte[] value) {
    KeyReader in = new KeyReader(value);
    return new Lease(id, in.int64(), in.int64(), in.int64());
  }

  private static byte[] leaseKey(long id) {
    return SmallTable.LEASE.key().int64(id).toBytes();
  }

  private static byte[] attachmentKey(long id, ByteString key) {
    return SmallTable.LEASE_KEY.key().int64(id).bytes(key).toBytes();
  }
}
