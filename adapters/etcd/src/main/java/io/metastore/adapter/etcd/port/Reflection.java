package io.metastore.adapter.etcd.port;

import io.grpc.BindableService;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.util.List;

/**
 * gRPC server reflection: tools such as grpcurl can ask the client port for its services and
 * messages.
 */
public final class Reflection {
  private Reflection() {}

  /** The reflection services of both protocol versions in use. */
  @SuppressWarnings("deprecation") // many tools support only v1alpha
  public static List<BindableService> services() {
    return List.of(ProtoReflectionServiceV1.newInstance(), ProtoReflectionService.newInstance());
  }
}
