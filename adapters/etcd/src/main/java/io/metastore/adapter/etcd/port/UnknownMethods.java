package io.metastore.adapter.etcd.port;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.InputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers calls of what does not exist, in grpc-go's words. Immutable. */
final class UnknownMethods extends HandlerRegistry {
  private final Set<String> services;

  /**
   * @param services names of those that do exist
   */
  UnknownMethods(Set<String> services) {
    this.services = Set.copyOf(services);
  }

  /**
   * @param name the request's path without its first slash
   */
  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    Status status = Status.UNIMPLEMENTED.withDescription(refusal(name));
    MethodDescriptor<InputStream, InputStream> method =
        MethodDescriptor.newBuilder(UnreadMessages.INSTANCE, UnreadMessages.INSTANCE)
            .setType(MethodType.UNKNOWN)
            .setFullMethodName(name)
            .build();
    return ServerMethodDefinition.create(
        method,
        (call, headers) -> {
          call.close(status, new Metadata());
          return new ServerCall.Listener<>() {};
        });
  }

  private String refusal(String name) {
    int slash = name.lastIndexOf('/');
    if (slash < 0) {
      return "malformed method name: \"/" + name + "\"";
    }
    String service = name.substring(0, slash);
    return services.contains(service)
        ? "unknown method " + name.substring(slash + 1) + " for service " + service
        : "unknown service " + service;
  }
}
