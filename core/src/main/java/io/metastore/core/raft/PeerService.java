package io.metastore.core.raft;

import com.google.protobuf.Message;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The server side of {@link PeerCall}s. A handler for every call must be set before Raft starts.
 */
public final class PeerService {
  private final ServerServiceDefinition.Builder definition =
      ServerServiceDefinition.builder(PeerCall.SERVICE);

  /**
   * Sets the handler of a call.
   *
   * @param handler called on a thread of Raft's gRPC server; must not block
   */
  public <Q extends Message, A extends Message> PeerService on(
      PeerCall<Q, A> call, Function<Q, CompletableFuture<A>> handler) {
    definition.addMethod(
        call.descriptor(),
        ServerCalls.asyncUnaryCall(
            (request, responses) ->
                handler
                    .apply(request)
                    .whenComplete(
                        (answer, failure) -> {
                          if (failure != null) {
                            responses.onError(
                                Status.INTERNAL
                                    .withDescription(failure.toString())
                                    .withCause(failure)
                                    .asRuntimeException());
                          } else {
                            responses.onNext(answer);
                            responses.onCompleted();
                          }
                        })));
    return this;
  }

  ServerServiceDefinition build() {
    return definition.build();
  }
}
