package io.metastore.adapter.etcd;

import io.metastore.core.api.Consistency;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.OpResult.DeleteResult;
import io.metastore.core.api.OpResult.PutResult;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.OpResult.TxnResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Op;
import io.metastore.core.command.Txn;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.etcdserverpb.ResponseOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Txn, with all that is nested in it. */
final class TxnTranslator {
  /**
   * How deep transactions may nest. etcd stops only when the operations run out (128 levels), but
   * protobuf refuses to read what is nested deeper than 100 messages, and a command in the log that
   * a member cannot read would be its end. A level is two messages.
   */
  static final int DEPTH_MAX = 32;

  private TxnTranslator() {}

  /** One operation as a transaction of its own, which is how the store does everything. */
  static Txn toTxn(Op op) {
    return Txn.newBuilder().addSuccess(op).build();
  }

  /** What is wrong with the request, or null. */
  static @Nullable EtcdError findRefusal(TxnRequest request, int opsMax) {
    EtcdError refusal = findRefusal(request, opsMax, DEPTH_MAX);
    if (refusal != null) {
      return refusal;
    }
    // Only now: on a request whose size is checked this cannot cost much.
    return TxnOverlaps.hasDuplicate(request) ? EtcdError.DUPLICATE_KEY : null;
  }

  /**
   * @param opsLeft each level takes its longest list from what the level around it left
   */
  private static @Nullable EtcdError findRefusal(TxnRequest request, int opsLeft, int depthLeft) {
    int ops =
        Math.max(
            request.getCompareCount(),
            Math.max(request.getSuccessCount(), request.getFailureCount()));
    if (ops > opsLeft || depthLeft < 0) {
      return EtcdError.TOO_MANY_OPS;
    }
    for (Compare compare : request.getCompareList()) {
      if (compare.getKey().isEmpty()) {
        return EtcdError.EMPTY_KEY;
      }
    }
    EtcdError refusal = findRefusal(request.getSuccessList(), opsLeft - ops, depthLeft);
    return refusal != null
        ? refusal
        : findRefusal(request.getFailureList(), opsLeft - ops, depthLeft);
  }

  private static @Nullable EtcdError findRefusal(List<RequestOp> ops, int opsLeft, int depthLeft) {
    for (RequestOp op : ops) {
      EtcdError refusal =
          switch (op.getRequestCase()) {
            case REQUEST_RANGE -> RangeTranslator.findRefusal(op.getRequestRange());
            case REQUEST_PUT -> PutTranslator.findRefusal(op.getRequestPut());
            case REQUEST_DELETE_RANGE -> DeleteTranslator.findRefusal(op.getRequestDeleteRange());
            case REQUEST_TXN -> findRefusal(op.getRequestTxn(), opsLeft, depthLeft - 1);
            case REQUEST_NOT_SET -> EtcdError.KEY_NOT_FOUND;
          };
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /** Whether all is ranges, so that no log entry is needed; a nested transaction is a write. */
  static boolean isReadOnly(TxnRequest request) {
    return areRanges(request.getSuccessList()) && areRanges(request.getFailureList());
  }

  private static boolean areRanges(List<RequestOp> ops) {
    for (RequestOp op : ops) {
      if (!op.hasRequestRange()) {
        return false;
      }
    }
    return true;
  }

  /** Of a transaction of ranges: local only if every one of them is content with that. */
  static Consistency toConsistency(TxnRequest request) {
    return areSerializable(request.getSuccessList()) && areSerializable(request.getFailureList())
        ? Consistency.SERIALIZABLE
        : Consistency.LINEARIZABLE;
  }

  private static boolean areSerializable(List<RequestOp> ops) {
    for (RequestOp op : ops) {
      if (!op.getRequestRange().getSerializable()) {
        return false;
      }
    }
    return true;
  }

  /** A request that {@link #findRefusal} found nothing wrong with. */
  static Txn toTxn(TxnRequest request) {
    Txn.Builder txn = Txn.newBuilder();
    for (Compare compare : request.getCompareList()) {
      txn.addCompares(CompareTranslator.toCompare(compare));
    }
    for (RequestOp op : request.getSuccessList()) {
      txn.addSuccess(toOp(op));
    }
    for (RequestOp op : request.getFailureList()) {
      txn.addFailure(toOp(op));
    }
    return txn.build();
  }

  private static Op toOp(RequestOp op) {
    return switch (op.getRequestCase()) {
      case REQUEST_RANGE ->
          Op.newBuilder().setRange(RangeTranslator.toRange(op.getRequestRange())).build();
      case REQUEST_PUT -> PutTranslator.toOp(op.getRequestPut());
      case REQUEST_DELETE_RANGE -> DeleteTranslator.toOp(op.getRequestDeleteRange());
      case REQUEST_TXN -> Op.newBuilder().setTxn(toTxn(op.getRequestTxn())).build();
      case REQUEST_NOT_SET -> throw new IllegalArgumentException("unchecked request");
    };
  }

  /** The answer to {@code request}. */
  static TxnResponse toReply(TxnRequest request, ResponseHeader header, Outcome outcome) {
    Outcome.TxnDone done = (Outcome.TxnDone) outcome;
    boolean changed = isChange(done.results());
    return new Reply(changed ? done.revision() - 1 : done.revision())
        .toReply(request, header, done.succeeded(), done.results());
  }

  private static boolean isChange(List<OpResult> results) {
    for (OpResult result : results) {
      if (isChange(result) || (result instanceof TxnResult nested && isChange(nested.results()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isChange(OpResult result) {
    return result instanceof PutResult
        || (result instanceof DeleteResult deleted && deleted.deleted() > 0);
  }

  /**
   * Walks the results in the order in which they came about. The header of each says which revision
   * that operation saw: the one before the transaction until the first change, then the new one. A
   * nested transaction's own header is empty.
   */
  private static final class Reply {
    private final long revisionBefore;
    private boolean changed;

    Reply(long revisionBefore) {
      this.revisionBefore = revisionBefore;
    }

    TxnResponse toReply(
        TxnRequest request, ResponseHeader header, boolean succeeded, List<OpResult> results) {
      TxnResponse.Builder reply =
          TxnResponse.newBuilder().setHeader(header).setSucceeded(succeeded);
      List<RequestOp> ops = succeeded ? request.getSuccessList() : request.getFailureList();
      for (int i = 0; i < results.size(); i++) {
        reply.addResponses(toReply(ops.get(i), results.get(i)));
      }
      return reply.build();
    }

    private ResponseOp toReply(RequestOp op, OpResult result) {
      changed |= isChange(result);
      ResponseOp.Builder reply = ResponseOp.newBuilder();
      if (result instanceof RangeResult range) {
        reply.setResponseRange(RangeTranslator.toReply(op.getRequestRange(), header(), range));
      } else if (result instanceof PutResult put) {
        reply.setResponsePut(PutTranslator.toReply(header(), put));
      } else if (result instanceof DeleteResult delete) {
        reply.setResponseDeleteRange(DeleteTranslator.toReply(header(), delete));
      } else if (result instanceof TxnResult nested) {
        reply.setResponseTxn(
            toReply(
                op.getRequestTxn(),
                ResponseHeader.getDefaultInstance(),
                nested.succeeded(),
                nested.results()));
      }
      return reply.build();
    }

    private ResponseHeader header() {
      return ResponseHeader.newBuilder()
          .setRevision(changed ? revisionBefore + 1 : revisionBefore)
          .build();
    }
  }
}
