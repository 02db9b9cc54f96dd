package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.DeleteRequest;
import io.metastore.api.v1.DeleteResponse;
import io.metastore.api.v1.DeleteTreeRequest;
import io.metastore.api.v1.DeleteTreeResponse;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.PutResponse;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.OpResult.DeleteResult;
import io.metastore.core.api.OpResult.PutResult;
import io.metastore.core.api.OpResult.TxnResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Delete;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Txn;
import java.util.List;

/**
 * Translates Put, Delete and DeleteTree, alone and in a transaction, to one operation of the store
 * each.
 */
final class WriteTranslator {
  private WriteTranslator() {}

  static Command toCommand(PutRequest request) {
    return toCommand(
        request.getConditionsList(),
        toPut("key", request.getKey(), request.getValue(), "client_id", request.getClientId())
            .setPrevKv(request.getReturnPrevious()));
  }

  static PutResponse toReply(PutRequest request, Outcome outcome) {
    PutResult put = (PutResult) theResult(request.getConditionsList(), outcome);
    PutResponse.Builder reply = PutResponse.newBuilder().setRevision(outcome.revision());
    if (put.previous() != null) {
      reply.setPrevious(Entries.toWire(put.previous()));
    }
    return reply.build();
  }

  static Command toCommand(DeleteRequest request) {
    Delete.Builder delete =
        Delete.newBuilder()
            .setKey(Paths.toKey("key", request.getKey()))
            .setPrevKv(request.getReturnPrevious());
    return toCommand(request.getConditionsList(), Op.newBuilder().setDelete(delete).build());
  }

  static DeleteResponse toReply(DeleteRequest request, Outcome outcome) {
    DeleteResult delete = (DeleteResult) theResult(request.getConditionsList(), outcome);
    DeleteResponse.Builder reply =
        DeleteResponse.newBuilder()
            .setRevision(outcome.revision())
            .setDeleted(delete.deleted() > 0);
    delete.previous().forEach(previous -> reply.setPrevious(Entries.toWire(previous)));
    return reply.build();
  }

  static Command toCommand(DeleteTreeRequest request) {
    return toCommand(request.getConditionsList(), toDeleteTree("path", request.getPath()));
  }

  static DeleteTreeResponse toReply(DeleteTreeRequest request, Outcome outcome) {
    return DeleteTreeResponse.newBuilder()
        .setRevision(outcome.revision())
        .setDeletedKeys(countDeleted(theResult(request.getConditionsList(), outcome)))
        .build();
  }

  private static Command toCommand(List<Condition> conditions, Put.Builder put) {
    return toCommand(conditions, Op.newBuilder().setPut(put).build());
  }

  private static Command toCommand(List<Condition> conditions, Op write) {
    return Command.newBuilder()
        .setTxn(
            Txn.newBuilder()
                .addAllCompares(ConditionTranslator.toCompares(conditions))
                .addSuccess(write))
        .build();
  }

  /**
   * @throws Refusal if a condition did not hold
   */
  private static OpResult theResult(List<Condition> conditions, Outcome outcome) {
    Outcome.TxnDone done = (Outcome.TxnDone) outcome;
    if (!done.succeeded()) {
      throw ConditionTranslator.toRefusal(conditions, done.failedCompare());
    }
    return done.results().get(0);
  }

  /** The store's operation for {@code write}. */
  static Op toOp(String field, io.metastore.api.v1.Write write) {
    return switch (write.getKindCase()) {
      case PUT ->
          Op.newBuilder()
              .setPut(
                  toPut(
                      field + ".put.key",
                      write.getPut().getKey(),
                      write.getPut().getValue(),
                      field + ".put.client_id",
                      write.getPut().getClientId()))
              .build();
      case DELETE ->
          Op.newBuilder()
              .setDelete(
                  Delete.newBuilder().setKey(Paths.toKey(field + ".delete", write.getDelete())))
              .build();
      case DELETE_TREE -> toDeleteTree(field + ".delete_tree", write.getDeleteTree());
      case CREATE_ZNODE -> toOp(ZnodeTranslator.toOp(write.getCreateZnode()));
      case SET_ZNODE -> toOp(ZnodeTranslator.toOp(write.getSetZnode()));
      case DELETE_ZNODE -> toOp(ZnodeTranslator.toOp(write.getDeleteZnode()));
      case KIND_NOT_SET -> throw Refusal.badRequest(field, "is missing");
    };
  }

  private static Op toOp(NodeOp op) {
    return Op.newBuilder().setNode(op).build();
  }

  private static Put.Builder toPut(
      String keyField, String key, ByteString value, String clientField, long clientId) {
    return Put.newBuilder()
        .setKey(Paths.toKey(keyField, key))
        .setValue(value)
        .setLease(Limits.notNegative(clientField, clientId));
  }

  /** A nested transaction makes one operation of the two ranges. */
  private static Op toDeleteTree(String field, String path) {
    Txn.Builder both = Txn.newBuilder();
    if (!Paths.isRoot(path)) {
      both.addSuccess(
          Op.newBuilder().setDelete(Delete.newBuilder().setKey(Paths.toKey(field, path))));
    }
    KeyBounds below = KeyBounds.subtree(field, path);
    both.addSuccess(
        Op.newBuilder()
            .setDelete(Delete.newBuilder().setKey(below.key()).setRangeEnd(below.end())));
    return Op.newBuilder().setTxn(both).build();
  }

  /** The number of keys deleted by any kind of delete; 0 for other operations. */
  static long countDeleted(OpResult result) {
    if (result instanceof DeleteResult delete) {
      return delete.deleted();
    }
    long deleted = 0;
    if (result instanceof TxnResult both) {
      for (OpResult part : both.results()) {
        deleted += countDeleted(part);
      }
    }
    return deleted;
  }
}
