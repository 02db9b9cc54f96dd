package io.metastore.core.lease;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ClientView;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which leases exist, and which keys are attached to them.
 *
 * <p>Layout in {@link Table#SMALL}: {@code l} ‖ int64 id → int64 ttl ‖ int64 remaining ‖ int64
 * granted index ‖ int8 kind ‖ label; {@code k} ‖ int64 id ‖ user key → nothing; {@code m} ‖ {@code
 * c} → int64 the last allocated id.
 */
public final class LeaseTable {
  /** Label of the sessions of ZooKeeper clients, which have none of their own. */
  private static final String SESSION_LABEL = "ZooKeeper session";

  /** What a key in memory costs besides its bytes. */
  private static final int KEY_OBJECT_BYTES = 64;

  private static final byte[] LAST_ALLOCATED = SmallTable.META.key().int8('c').toBytes();

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
            .int8(lease.kind().code())
            .bytes(ByteString.copyFromUtf8(lease.label()))
            .toBytes());
  }

  /** Allocates an ID: greater than all allocated before, and not used by any lease. */
  public static long allocateId(WriteSet writes) {
    long id = lastAllocatedId(writes) + 1;
    while (find(writes, id) != null) {
      id++;
    }
    writes.put(Table.SMALL, LAST_ALLOCATED, new KeyWriter().int64(id).toBytes());
    return id;
  }

  /** The failure of a command that names a lease which does not exist. */
  public static Failure notFound(Reader reader, long id) {
    return id > 0 && id <= lastAllocatedId(reader)
        ? Failure.of(FailureCode.CLIENT_ENDED, "client", id)
        : Failure.of(FailureCode.LEASE_NOT_FOUND, "lease", id);
  }

  private static long lastAllocatedId(Reader reader) {
    byte[] value = reader.find(Table.SMALL, LAST_ALLOCATED);
    return value == null ? 0 : new KeyReader(value).int64();
  }

  /** Removes a lease; all its keys must have been detached. */
  public static void remove(WriteSet writes, long id) {
    writes.delete(Table.SMALL, leaseKey(id));
  }

  public static void attach(WriteSet writes, long id, ByteString key) {
    writes.put(Table.SMALL, attachmentKey(id, key), Bytes.EMPTY);
  }

  public static void detach(WriteSet writes, long id, ByteString key) {
    writes.delete(Table.SMALL, attachmentKey(id, key));
  }

  /** Whether a key is attached to a lease. */
  public static boolean isAttached(Reader reader, long id, ByteString key) {
    return reader.find(Table.SMALL, attachmentKey(id, key)) != null;
  }

  /** The attached keys, in key order. */
  public static List<ByteString> keys(Reader reader, long id) {
    return keys(reader, id, ByteString.EMPTY, Integer.MAX_VALUE);
  }

  /** About how many bytes of memory an answer with all attached keys takes, while it is made. */
  public static long keyBytes(Reader reader, long id) {
    long[] bytes = new long[1];
    allKeysMatch(
        reader,
        id,
        key -> {
          bytes[0] += 2L * key.size() + KEY_OBJECT_BYTES;
          return true;
        });
    return bytes[0];
  }

  /** The first attached keys from {@code from} on, in key order. */
  public static List<ByteString> keys(Reader reader, long id, ByteString from, int keysMax) {
    byte[] prefix = SmallTable.LEASE_KEY.key().int64(id).toBytes();
    List<ByteString> keys = new ArrayList<>();
    try (Cursor cursor =
        reader.scan(Table.SMALL, attachmentKey(id, from), Bytes.afterPrefix(prefix))) {
      while (keys.size() < keysMax && cursor.next()) {
        keys.add(new KeyReader(cursor.key()).skip(prefix.length).bytes());
      }
    }
    return keys;
  }

  /** Whether all attached keys match; stops at the first that does not. */
  public static boolean allKeysMatch(Reader reader, long id, Predicate<ByteString> condition) {
    byte[] prefix = SmallTable.LEASE_KEY.key().int64(id).toBytes();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        if (!condition.test(new KeyReader(cursor.key()).skip(prefix.length).bytes())) {
          return false;
        }
      }
    }
    return true;
  }

  /** Calls {@code visitor} for every lease, ordered by ID. */
  public static void forEach(Reader reader, Consumer<Lease> visitor) {
    byte[] prefix = SmallTable.LEASE.key().toBytes();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        visitor.accept(
            decode(new KeyReader(cursor.key()).skip(prefix.length).int64(), cursor.value()));
      }
    }
  }

  /**
   * Clients of the native API and sessions of ZooKeeper clients whose ID is greater than {@code
   * afterId}, ordered by ID, negative IDs last.
   */
  public static List<ClientView> clients(Reader reader, long afterId, int clientsMax) {
    List<ClientView> clients = new ArrayList<>();
    byte[] prefix = SmallTable.LEASE.key().toBytes();
    try (Cursor cursor =
        reader.scan(Table.SMALL, leaseKey(afterId + 1), Bytes.afterPrefix(prefix))) {
      while (clients.size() < clientsMax && cursor.next()) {
        Lease lease =
            decode(new KeyReader(cursor.key()).skip(prefix.length).int64(), cursor.value());
        if (lease.kind() == Lease.Kind.CLIENT) {
          clients.add(new ClientView(lease.id(), lease.label(), lease.ttl()));
        } else if (lease.kind() == Lease.Kind.SESSION) {
          clients.add(new ClientView(lease.id(), SESSION_LABEL, lease.ttl()));
        }
      }
    }
    return clients;
  }

  private static Lease decode(long id, byte[] value) {
    KeyReader in = new KeyReader(value);
    return new Lease(
        id,
        in.int64(),
        in.int64(),
        in.int64(),
        Lease.Kind.of(in.int8()),
        in.bytes().toStringUtf8());
  }

  private static byte[] leaseKey(long id) {
    return SmallTable.LEASE.key().int64(id).toBytes();
  }

  private static byte[] attachmentKey(long id, ByteString key) {
    return SmallTable.LEASE_KEY.key().int64(id).bytes(key).toBytes();
  }
}
