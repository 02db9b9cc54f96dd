package io.metastore.core.raft;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.function.BooleanSupplier;

/**
 * Refuses vote requests while this member may not vote; to the candidate, this member seems to be
 * unreachable. Thread-safe.
 */
final class VoteGate implements ServerInterceptor {
  private final BooleanSupplier mayVote;

  VoteGate(BooleanSupplier mayVote) {
    this.mayVote = mayVote;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (mayVote.getAsBoolean() || !VoteRequests.isOne(call)) {
      return next.startCall(call, headers);
    }
    call.close(Status.UNAVAILABLE.withDescription("may not vote yet"), new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
