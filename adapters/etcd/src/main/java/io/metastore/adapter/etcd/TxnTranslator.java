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

/** Translates Txn and the transactions nested in it. */
final class TxnTranslator {
  /**
   * The maximum nesting depth of transactions. etcd's only limit is the number of operations (128
   * levels), but protobuf does not parse messages nested deeper than 100, and a command in the log
   * that a member cannot parse would stop the member. A level takes two messages.
   */
  static final int DEPTH_MAX = 32;

  private TxnTranslator() {}

  /** One operation as a transaction, which is how the store executes everything. */
  static Txn toTxn(Op op) {
    return Txn.newBuilder().addSuccess(op).build();
  }

  /** The error if the request is invalid, or null. */
  static @Nullable EtcdError findRefusal(TxnRequest request, int opsMax) {
    EtcdError refusal = findRefusal(request, opsMax, DEPTH_MAX);
    if (refusal != null) {
      return refusal;
    }
    // Checked last: once the size of the request has been checked, this cannot take long.
    return TxnOverlaps.hasDuplicate(request) ? EtcdError.DUPLICATE_KEY : null;
  }

  /**
   * @param opsLeft the remaining operations; each nesting level uses up the length of its longest
   *     list
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

  /**
   * Whether the transaction consists only of ranges, so that it needs no log entry. A nested
   * transaction counts as a write.
   */
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

  /** The consistency of a transaction of ranges: serializable only if every range is. */
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

  /** Requires that {@link #findRefusal} returned null for the request. */
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

  /** The response to {@code request}. */
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
   * Builds the responses of the operations in the order in which they were executed. Each header
   * has the revision that the operation saw: the one before the transaction until the first change,
   * then the new one. The header of a nested transaction is empty.
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
