package io.metastore.core.tree;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.api.Digests;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.AccessList;
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
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;

/**
 * The access lists of nodes. Nodes with equal lists share one row, and one object in memory. The
 * list that permits everything has ID 0 and is not stored.
 *
 * <p>IDs are allocated in order, except those of imported lists, which are hashes.
 *
 * <p>Layout in {@link Table#SMALL}: {@code i} ‖ {@code l} ‖ int64 id → int64 number of nodes ‖
 * list; {@code i} ‖ {@code i} ‖ list → int64 id; {@code m} ‖ {@code i} → int64 the last allocated
 * id.
 */
final class AclTable {
  private static final long OPEN_ID = 0;
  private static final long BY_CONTENT = 1L << 62;
  private static final int CACHED_BYTES_MAX = 1 << 10;
  private static final int CACHED_LISTS_MAX = 1 << 10;

  /**
   * Decoded lists by their encoded form, so that a read need not decode. Emptied when full. Longer
   * lists are not cached.
   */
  private static final Map<ByteString, ZnodeAcl> DECODED =
      new ConcurrentSkipListMap<>(ByteString.unsignedLexicographicalComparator());

  private static final byte[] LAST_ID = SmallTable.META.key().int8('i').toBytes();

  private AclTable() {}

  static ZnodeAcl get(Reader reader, long id) {
    return id == OPEN_ID ? ZnodeAcl.OPEN : read(reader, id).acl();
  }

  /** All lists that are stored. */
  static List<ZnodeAcl> all(Reader reader) {
    List<ZnodeAcl> lists = new ArrayList<>();
    byte[] prefix = SmallTable.ACL.key().int8('l').toBytes();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        lists.add(get(reader, new KeyReader(cursor.key()).skip(prefix.length).int64()));
      }
    }
    return lists;
  }

  /** The ID of an access list; counts one more node that uses it. */
  static long share(WriteSet writes, ZnodeAcl acl) {
    return share(writes, acl, () -> nextId(writes));
  }

  /** As {@link #share}; a new ID depends only on the list, not on the lists before. */
  static long shareByContent(WriteSet writes, ZnodeAcl acl) {
    return share(writes, acl, () -> idByContent(writes, acl));
  }

  private static long share(WriteSet writes, ZnodeAcl acl, LongSupplier newId) {
    if (acl.equals(ZnodeAcl.OPEN)) {
      return OPEN_ID;
    }
    byte[] idKey = idKey(acl);
    byte[] known = writes.find(Table.SMALL, idKey);
    if (known != null) {
      long id = new KeyReader(known).int64();
      Shared shared = read(writes, id);
      write(writes, id, shared.nodes() + 1, shared.acl());
      return id;
    }
    long id = newId.getAsLong();
    writes.put(Table.SMALL, idKey, new KeyWriter().int64(id).toBytes());
    write(writes, id, 1, acl);
    return id;
  }

  private static long nextId(WriteSet writes) {
    byte[] last = writes.find(Table.SMALL, LAST_ID);
    long id = last == null ? 1 : new KeyReader(last).int64() + 1;
    writes.put(Table.SMALL, LAST_ID, new KeyWriter().int64(id).toBytes());
    return id;
  }

  /** A hash of the list; above all IDs that {@link #nextId} will ever allocate. */
  private static long idByContent(WriteSet writes, ZnodeAcl acl) {
    long hash = new KeyReader(Digests.sha256().digest(toProto(acl).toByteArray())).int64();
    long id = (hash & Long.MAX_VALUE) | BY_CONTENT;
    while (writes.find(Table.SMALL, listKey(id)) != null) {
      id++;
    }
    return id;
  }

  /** Counts one node less that uses the list; deletes the list if it was the last. */
  static void release(WriteSet writes, long id) {
    if (id == OPEN_ID) {
      return;
    }
    Shared shared = read(writes, id);
    if (shared.nodes() > 1) {
      write(writes, id, shared.nodes() - 1, shared.acl());
    } else {
      writes.delete(Table.SMALL, listKey(id));
      writes.delete(Table.SMALL, idKey(shared.acl()));
    }
  }

  private record Shared(long nodes, ZnodeAcl acl) {}

  private static Shared read(Reader reader, long id) {
    KeyReader in =
        new KeyReader(
            requireNonNull(reader.find(Table.SMALL, listKey(id)), "access list of a node"));
    long nodes = in.int64();
    return new Shared(nodes, decode(id, in.bytes()));
  }

  private static ZnodeAcl decode(long id, ByteString encoded) {
    ZnodeAcl known = DECODED.get(encoded);
    if (known != null) {
      return known;
    }
    try {
      ZnodeAcl acl = new ZnodeAcl(AccessList.parseFrom(encoded).getEntriesList());
      if (encoded.size() <= CACHED_BYTES_MAX) {
        if (DECODED.size() >= CACHED_LISTS_MAX) {
          DECODED.clear();
        }
        DECODED.put(encoded, acl);
      }
      return acl;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("access list " + id + " is damaged", e);
    }
  }

  private static void write(WriteSet writes, long id, long nodes, ZnodeAcl acl) {
    writes.put(
        Table.SMALL,
        listKey(id),
        new KeyWriter().int64(nodes).bytes(toProto(acl).toByteString()).toBytes());
  }

  private static AccessList toProto(ZnodeAcl acl) {
    return AccessList.newBuilder().addAllEntries(acl.entries()).build();
  }

  private static byte[] listKey(long id) {
    return SmallTable.ACL.key().int8('l').int64(id).toBytes();
  }

  private static byte[] idKey(ZnodeAcl acl) {
    return SmallTable.ACL.key().int8('i').bytes(toProto(acl).toByteString()).toBytes();
  }
}
