package io.metastore.adapter.etcd;

import io.metastore.core.api.OpResult.PutResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import org.jspecify.annotations.Nullable;

/** Translates Put. */
final class PutTranslator {
  private PutTranslator() {}

  /** The error if the request is invalid, or null. */
  static @Nullable EtcdError findRefusal(PutRequest request) {
    if (request.getKey().isEmpty()) {
      return EtcdError.EMPTY_KEY;
    }
    if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
      return EtcdError.VALUE_PROVIDED;
    }
    if (request.getIgnoreLease() && request.getLease() != 0) {
      return EtcdError.LEASE_PROVIDED;
    }
    return null;
  }

  static Op toOp(PutRequest request) {
    Put put =
        Put.newBuilder()
            .setKey(request.getKey())
            .setValue(request.getValue())
            .setLease(request.getLease())
            .setPrevKv(request.getPrevKv())
            .setKeepValue(request.getIgnoreValue())
            .setKeepLease(request.getIgnoreLease())
            .build();
    return Op.newBuilder().setPut(put).build();
  }

  static PutResponse toReply(ResponseHeader header, Outcome outcome) {
    return toReply(header, (PutResult) ((Outcome.TxnDone) outcome).results().get(0));
  }

  static PutResponse toReply(ResponseHeader header, PutResult result) {
    PutResponse.Builder reply = PutResponse.newBuilder().setHeader(header);
    if (result.previous() != null) {
      reply.setPrevKv(KeyValues.toWire(result.previous()));
    }
    return reply.build();
  }
}
