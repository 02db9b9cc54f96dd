package io.metastore.adapter.metastore;

import io.metastore.api.v1.CommitRequest;
import io.metastore.api.v1.CommitResponse;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.ExecuteResponse;
import io.metastore.api.v1.Op;
import io.metastore.api.v1.OpResult;
import io.metastore.api.v1.RangeOp;
import io.metastore.api.v1.Write;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.util.List;

/** Translates Execute and Commit. */
final class TxnTranslator {
  private TxnTranslator() {}

  // --- Execute ---------------------------------------------------------------------------------

  /**
   * The comparisons for the reads of keys and znodes, followed by those for the conditions. Each
   * read of a znode takes as many comparisons as {@link ZnodeTranslator#COMPARES_PER_READ}.
   */
  static Command toCommand(ExecuteRequest request) {
    Limits.checkOps("reads", request.getReadsList());
    Limits.checkOps("znode_reads", request.getZnodeReadsList());
    Limits.checkOps("writes", request.getWritesList());
    Txn.Builder txn = Txn.newBuilder();
    for (int i = 0; i < request.getReadsCount(); i++) {
      txn.addCompares(
          ConditionTranslator.toUnchanged(
              KeyBounds.of("reads[" + i + "]", request.getReads(i)),
              Limits.positive("read_revision", request.getReadRevision())));
    }
    request.getZnodeReadsList().forEach(read -> txn.addAllCompares(ZnodeTranslator.compares(read)));
    txn.addAllCompares(ConditionTranslator.toCompares(request.getConditionsList()));
    for (int i = 0; i < request.getWritesCount(); i++) {
      txn.addSuccess(WriteTranslator.toOp("writes[" + i + "]", request.getWrites(i)));
    }
    WriteOverlaps.check("writes", request.getWritesList());
    return Command.newBuilder().setTxn(txn).build();
  }

  static ExecuteResponse toReply(ExecuteRequest request, Outcome outcome) {
    Outcome.TxnDone done = (Outcome.TxnDone) outcome;
    if (done.succeeded()) {
      return ExecuteResponse.newBuilder()
          .setRevision(done.revision())
          .addAllCreatedZnodes(ZnodeTranslator.createdPaths(done.results()))
          .build();
    }
    int failed = done.failedCompare();
    if (failed < request.getReadsCount()) {
      throw conflict(failed, "the keys of read " + failed + " have changed");
    }
    failed -= request.getReadsCount();
    int ofZnodes = request.getZnodeReadsCount() * ZnodeTranslator.COMPARES_PER_READ;
    if (failed < ofZnodes) {
      int read = failed / ZnodeTranslator.COMPARES_PER_READ;
      throw conflict(read, "znode " + request.getZnodeReads(read).getPath() + " has changed");
    }
    throw ConditionTranslator.toRefusal(request.getConditionsList(), failed - ofZnodes);
  }

  private static Refusal conflict(int read, String what) {
    return new Refusal(
        ErrorDetail.newBuilder().setReason(Reason.CONFLICT).setIndex(read).build(),
        "conflict: " + what);
  }

  // --- Commit ----------------------------------------------------------------------------------

  static Txn toTxn(CommitRequest request) {
    Txn.Builder txn =
        Txn.newBuilder()
            .addAllCompares(ConditionTranslator.toCompares(request.getConditionsList()));
    addOps("then", request.getThenList(), txn::addSuccess);
    addOps("otherwise", request.getOtherwiseList(), txn::addFailure);
    return txn.build();
  }

  /** Whether the transaction only reads keys, so that it needs no log entry. */
  static boolean isReadOnly(CommitRequest request) {
    return writes(request.getThenList()).isEmpty()
        && writes(request.getOtherwiseList()).isEmpty()
        && request.getConditionsList().stream().noneMatch(ConditionTranslator::isOfZnode);
  }

  private interface OpAdder {
    void add(io.metastore.core.command.Op op);
  }

  private static void addOps(String field, List<Op> ops, OpAdder txn) {
    Limits.checkOps(field, ops);
    for (int i = 0; i < ops.size(); i++) {
      txn.add(toOp(field + "[" + i + "]", ops.get(i)));
    }
    WriteOverlaps.check(field, writes(ops));
  }

  private static List<Write> writes(List<Op> ops) {
    return ops.stream().filter(Op::hasWrite).map(Op::getWrite).toList();
  }

  private static io.metastore.core.command.Op toOp(String field, Op op) {
    return switch (op.getKindCase()) {
      case GET -> toOp(KeyBounds.key(field + ".get", op.getGet()).toRange());
      case GET_RANGE -> toOp(toRange(field + ".get_range", op.getGetRange()));
      case WRITE -> WriteTranslator.toOp(field + ".write", op.getWrite());
      case KIND_NOT_SET -> throw Refusal.badRequest(field, "is missing");
    };
  }

  private static io.metastore.core.command.Op toOp(Range.Builder range) {
    return io.metastore.core.command.Op.newBuilder().setRange(range).build();
  }

  private static Range.Builder toRange(String field, RangeOp op) {
    return KeyBounds.of(field + ".keys", op.getKeys())
        .toRange()
        .setLimit(Limits.notNegative(field + ".limit", op.getLimit()))
        .setUncounted(true)
        .setKeysOnly(op.getKeysOnly());
  }

  static CommitResponse toReply(Outcome outcome) {
    Outcome.TxnDone done = (Outcome.TxnDone) outcome;
    CommitResponse.Builder reply = CommitResponse.newBuilder().setRevision(done.revision());
    if (!done.succeeded()) {
      reply.setFailedCondition(done.failedCompare());
    }
    for (io.metastore.core.api.OpResult result : done.results()) {
      reply.addResults(toReply(result));
    }
    return reply.build();
  }

  private static OpResult toReply(io.metastore.core.api.OpResult result) {
    if (result instanceof RangeResult range) {
      return OpResult.newBuilder()
          .addAllEntries(Entries.toWire(Entries.toVisible(range.keyValues())))
          .setMore(range.more())
          .build();
    }
    OpResult.Builder reply = OpResult.newBuilder();
    String created = ZnodeTranslator.findCreatedPath(result);
    if (created != null) {
      reply.setCreatedZnode(created);
    }
    return reply.setDeletedKeys(WriteTranslator.countDeleted(result)).build();
  }
}
