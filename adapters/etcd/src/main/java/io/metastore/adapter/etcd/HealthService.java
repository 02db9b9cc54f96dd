package io.metastore.adapter.etcd;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.etcdapi.healthv1.HealthCheckRequest;
import io.metastore.etcdapi.healthv1.HealthCheckResponse;
import io.metastore.etcdapi.healthv1.HealthCheckResponse.ServingStatus;
import io.metastore.etcdapi.healthv1.HealthGrpc;
import io.metastore.etcdapi.healthv1.HealthListRequest;
import io.metastore.etcdapi.healthv1.HealthListResponse;

/**
 * gRPC's health service. As in etcd, only the server as a whole has a status; here it is always
 * serving. Stateless.
 */
final class HealthService extends HealthGrpc.HealthImplBase {
  private static final String SERVER = "";

  @Override
  public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> call) {
    if (request.getService().equals(SERVER)) {
      UnaryAnswer.send(call, response(ServingStatus.SERVING));
    } else {
      // grpc-go's text
      call.onError(Status.NOT_FOUND.withDescription("unknown service").asRuntimeException());
    }
  }

  @Override
  public void list(HealthListRequest request, StreamObserver<HealthListResponse> call) {
    UnaryAnswer.send(
        call,
        HealthListResponse.newBuilder()
            .putStatuses(SERVER, response(ServingStatus.SERVING))
            .build());
  }

  /** The stream stays open, without further messages, until the client ends it. */
  @Override
  public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> call) {
    call.onNext(
        response(
            request.getService().equals(SERVER)
                ? ServingStatus.SERVING
                : ServingStatus.SERVICE_UNKNOWN));
  }

  private static HealthCheckResponse response(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }
}
