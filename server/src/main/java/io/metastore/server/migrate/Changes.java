package io.metastore.server.migrate;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyOrder;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.mvccpb.Event;
import java.util.ArrayList;
import java.util.List;

/** Everything that one revision of the source changed, as one transaction for the target. Pure. */
final class Changes {
  private Changes() {}

  /** Counts existing keys of the target. */
  interface Counter {
    long count(ByteString from, ByteString to);
  }

  /**
   * The transaction. It does nothing if the target has already made it.
   *
   * @param events of one revision, in order; not empty
   * @param keys of the target before this revision
   */
  static TxnRequest toTxn(List<Event> events, Counter keys) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    notMadeYet(events.get(0)).forEach(txn::addCompare);
    List<ByteString> deleted = new ArrayList<>();
    for (Event event : events) {
      if (event.getType() == Event.EventType.DELETE) {
        deleted.add(event.getKv().getKey());
        continue;
      }
      addDeletions(txn, deleted, keys);
      txn.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(
                  PutRequest.newBuilder()
                      .setKey(event.getKv().getKey())
                      .setValue(event.getKv().getValue())
                      .setLease(event.getKv().getLease())));
    }
    addDeletions(txn, deleted, keys);
    return txn.build();
  }

  /** Without these, a transaction whose answer was lost could be made twice. */
  private static List<Compare> notMadeYet(Event first) {
    Compare.Builder before =
        Compare.newBuilder()
            .setKey(first.getKv().getKey())
            .setTarget(Compare.CompareTarget.MOD)
            .setResult(Compare.CompareResult.LESS)
            .setModRevision(first.getKv().getModRevision());
    Compare.Builder version =
        Compare.newBuilder()
            .setKey(first.getKv().getKey())
            .setTarget(Compare.CompareTarget.VERSION)
            .setResult(
                first.getType() == Event.EventType.DELETE
                    ? Compare.CompareResult.GREATER
                    : Compare.CompareResult.EQUAL)
            .setVersion(
                first.getType() == Event.EventType.DELETE ? 0 : first.getKv().getVersion() - 1);
    return List.of(before.build(), version.build());
  }

  /**
   * Deletes keys by as few ranges as possible, because a transaction has a limit of operations and
   * a revision of the source may have deleted any number of keys.
   */
  private static void addDeletions(TxnRequest.Builder txn, List<ByteString> deleted, Counter keys) {
    List<ByteString> sorted =
        deleted.stream().sorted(ByteString.unsignedLexicographicalComparator()).toList();
    deleted.clear();
    addRanges(txn, sorted, keys);
  }

  private static void addRanges(TxnRequest.Builder txn, List<ByteString> sorted, Counter keys) {
    if (sorted.isEmpty()) {
      return;
    }
    ByteString from = sorted.get(0);
    ByteString to = KeyOrder.after(sorted.get(sorted.size() - 1));
    if (sorted.size() == 1) {
      txn.addSuccess(deletion(DeleteRangeRequest.newBuilder().setKey(from)));
    } else if (keys.count(from, to) == sorted.size()) {
      txn.addSuccess(deletion(DeleteRangeRequest.newBuilder().setKey(from).setRangeEnd(to)));
    } else {
      addRanges(txn, sorted.subList(0, sorted.size() / 2), keys);
      addRanges(txn, sorted.subList(sorted.size() / 2, sorted.size()), keys);
    }
  }

  private static RequestOp deletion(DeleteRangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestDeleteRange(range).build();
  }
}
