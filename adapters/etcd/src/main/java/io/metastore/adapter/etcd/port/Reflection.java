package io.metastore.adapter.etcd.port;

import io.grpc.BindableService;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.util.List;

/** Lets tools such as grpcurl ask the client port for its services and messages. */
public final class Reflection {
  private Reflection() {}

  /** The services that do it, of both versions of the protocol that tools speak. */
  @SuppressWarnings("deprecation") // many tools speak v1alpha only
  public static List<BindableService> services() {
    return List.of(ProtoReflectionServiceV1.newInstance(), ProtoReflectionService.newInstance());
  }
}
