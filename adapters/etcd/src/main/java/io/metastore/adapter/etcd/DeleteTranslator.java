package io.metastore.adapter.etcd;

import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult.DeleteResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import org.jspecify.annotations.Nullable;

/** Translates DeleteRange. */
final class DeleteTranslator {
  private DeleteTranslator() {}

  /** The error if the request is invalid, or null. */
  static @Nullable EtcdError findRefusal(DeleteRangeRequest request) {
    return request.getKey().isEmpty() ? EtcdError.EMPTY_KEY : null;
  }

  static Op toOp(DeleteRangeRequest request) {
    Delete delete =
        Delete.newBuilder()
            .setKey(request.getKey())
            .setRangeEnd(request.getRangeEnd())
            .setPrevKv(request.getPrevKv())
            .build();
    return Op.newBuilder().setDelete(delete).build();
  }

  static DeleteRangeResponse toReply(ResponseHeader header, Outcome outcome) {
    return toReply(header, (DeleteResult) ((Outcome.TxnDone) outcome).results().get(0));
  }

  static DeleteRangeResponse toReply(ResponseHeader header, DeleteResult result) {
    DeleteRangeResponse.Builder reply =
        DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(result.deleted());
    for (KeyValue previous : result.previous()) {
      reply.addPrevKvs(KeyValues.toWire(previous));
    }
    return reply.build();
  }
}
