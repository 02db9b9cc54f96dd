package io.metastore.adapter.etcd.port;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers calls of unknown services and methods with grpc-go's error texts. Immutable. */
final class UnknownMethods extends HandlerRegistry {
  private final Set<String> services;

  /**
   * @param services the names of the existing services
   */
  UnknownMethods(Set<String> services) {
    this.services = Set.copyOf(services);
  }

  /**
   * @param name the request's path without its leading slash
   */
  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    return RefusedMethods.refusing(
        name, Status.UNIMPLEMENTED.withDescription(refusal(name)), new Metadata());
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
