package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyOrder;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds keys that a transaction would put twice, or put and delete, with etcd's algorithm.
 *
 * <p>In a list of operations, it first collects the deletes, then checks the nested transactions
 * one by one, then the puts. A nested put is therefore not compared with the deletes of a later
 * nested transaction. The two branches of a transaction exclude each other and never conflict. A
 * delete without an upper bound counts as an empty range, as in etcd, and conflicts with nothing.
 */
final class TxnOverlaps {
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  private final Set<ByteString> puts = new HashSet<>();

  /** Disjoint ranges that do not touch, from the first key to the key after the last. */
  private final NavigableMap<ByteString, ByteString> deletes = new TreeMap<>(ORDER);

  private TxnOverlaps() {}

  static boolean hasDuplicate(TxnRequest request) {
    return hasDuplicate(request.getSuccessList()) || hasDuplicate(request.getFailureList());
  }

  private static boolean hasDuplicate(List<RequestOp> ops) {
    // A single operation, the usual case, cannot conflict with itself.
    if (ops.isEmpty() || (ops.size() == 1 && !ops.get(0).hasRequestTxn())) {
      return false;
    }
    return findWrites(ops) == null;
  }

  /** The keys that a branch writes, or null if two of its writes conflict. */
  private static @Nullable TxnOverlaps findWrites(List<RequestOp> ops) {
    TxnOverlaps writes = new TxnOverlaps();
    for (RequestOp op : ops) {
      if (op.hasRequestDeleteRange()) {
        writes.addDelete(op.getRequestDeleteRange());
      }
    }
    for (RequestOp op : ops) {
      if (op.hasRequestTxn() && !writes.addNested(op.getRequestTxn())) {
        return null;
      }
    }
    for (RequestOp op : ops) {
      if (op.hasRequestPut()) {
        ByteString key = op.getRequestPut().getKey();
        if (writes.isDeleted(key) || !writes.puts.add(key)) {
          return null;
        }
      }
    }
    return writes;
  }

  private boolean addNested(TxnRequest nested) {
    TxnOverlaps success = findWrites(nested.getSuccessList());
    TxnOverlaps failure = success == null ? null : findWrites(nested.getFailureList());
    if (success == null || failure == null) {
      return false;
    }
    for (ByteString key : success.puts) {
      if (isDeleted(key) || !puts.add(key)) {
        return false;
      }
    }
    for (ByteString key : failure.puts) {
      if (isDeleted(key) || (!puts.add(key) && !success.puts.contains(key))) {
        return false;
      }
    }
    success.deletes.forEach(this::addDelete);
    failure.deletes.forEach(this::addDelete);
    return true;
  }

  private void addDelete(DeleteRangeRequest delete) {
    ByteString end = delete.getRangeEnd();
    addDelete(delete.getKey(), end.isEmpty() ? KeyOrder.after(delete.getKey()) : end);
  }

  private void addDelete(ByteString from, ByteString to) {
    if (ORDER.compare(from, to) >= 0) {
      return;
    }
    ByteString mergedFrom = from;
    ByteString mergedTo = to;
    Map.Entry<ByteString, ByteString> before = deletes.floorEntry(from);
    if (before != null && ORDER.compare(before.getValue(), from) >= 0) {
      mergedFrom = before.getKey();
    }
    Map.Entry<ByteString, ByteString> next = deletes.ceilingEntry(mergedFrom);
    while (next != null && ORDER.compare(next.getKey(), mergedTo) <= 0) {
      if (ORDER.compare(next.getValue(), mergedTo) > 0) {
        mergedTo = next.getValue();
      }
      deletes.remove(next.getKey());
      next = deletes.ceilingEntry(mergedFrom);
    }
    deletes.put(mergedFrom, mergedTo);
  }

  private boolean isDeleted(ByteString key) {
    Map.Entry<ByteString, ByteString> candidate = deletes.floorEntry(key);
    return candidate != null && ORDER.compare(key, candidate.getValue()) < 0;
  }
}
