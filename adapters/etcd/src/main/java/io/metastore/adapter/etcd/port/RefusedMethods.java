package io.metastore.adapter.etcd.port;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Ends every call with the same error. Immutable. */
final class RefusedMethods extends HandlerRegistry {
  private final StatusRuntimeException refusal;

  RefusedMethods(StatusRuntimeException refusal) {
    this.refusal = refusal;
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    Metadata trailers = new Metadata();
    if (refusal.getTrailers() != null) {
      trailers.merge(refusal.getTrailers());
    }
    return refusing(name, refusal.getStatus(), trailers);
  }

  /** A method that reads no request. */
  static ServerMethodDefinition<?, ?> refusing(String name, Status status, Metadata trailers) {
    MethodDescriptor<InputStream, InputStream> method =
        MethodDescriptor.newBuilder(UnreadMessages.INSTANCE, UnreadMessages.INSTANCE)
            .setType(MethodType.UNKNOWN)
            .setFullMethodName(name)
            .build();
    return ServerMethodDefinition.create(
        method,
        (call, headers) -> {
          call.close(status, trailers);
          return new ServerCall.Listener<>() {};
        });
  }
}
