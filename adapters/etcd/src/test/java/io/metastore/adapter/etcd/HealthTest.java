package io.metastore.adapter.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.metastore.etcdapi.healthv1.HealthCheckResponse;
import io.metastore.etcdapi.healthv1.HealthListRequest;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthTest {

  @Test
  void onlyTheServerAsAWholeHasAHealthStatus() {
    try (ServiceFixture fixture = new ServiceFixture()) {
      HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(fixture.channel);
      assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
      HealthCheckRequest kv = HealthCheckRequest.newBuilder().setService("etcdserverpb.KV").build();
      ServiceFixture.assertFails(() -> health.check(kv), Status.Code.NOT_FOUND, "unknown service");
      assertThat(health.watch(kv).next().getStatus()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
      assertThat(health.watch(HealthCheckRequest.getDefaultInstance()).next().getStatus())
          .isEqualTo(ServingStatus.SERVING);
      // The library of the other calls has no List.
      assertThat(
              io.metastore.etcdapi.healthv1.HealthGrpc.newBlockingStub(fixture.channel)
                  .list(HealthListRequest.getDefaultInstance())
                  .getStatusesMap())
          .isEqualTo(
              Map.of(
                  "",
                  HealthCheckResponse.newBuilder()
                      .setStatus(HealthCheckResponse.ServingStatus.SERVING)
                      .build()));
    }
  }
}
