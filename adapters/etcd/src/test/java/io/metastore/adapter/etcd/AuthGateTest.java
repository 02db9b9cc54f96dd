package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.Values.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.WatchMessage;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AuthGateTest {
  private final ServiceFixture fixture = new ServiceFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void whileAccessControlIsOnNobodyGetsIn() {
    fixture.store.access = new FakeAccess(true);

    assertFails(
        () ->
            KVGrpc.newBlockingStub(fixture.channel)
                .put(PutRequest.newBuilder().setKey(bytes("k")).build()),
        EtcdError.USER_EMPTY);
    ServiceFixture.Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> renewing =
        new ServiceFixture.Client<>(1);
    LeaseGrpc.newStub(fixture.channel).leaseKeepAlive(renewing);
    assertThat(renewing.end().getDescription()).isEqualTo(EtcdError.USER_EMPTY.text());
    assertThat(fixture.store.submitted).isEmpty();
  }

  @Test
  void healthAndStatusAreAnybodys() {
    fixture.store.access = new FakeAccess(true);

    HealthGrpc.newBlockingStub(fixture.channel).check(HealthCheckRequest.getDefaultInstance());
    MaintenanceGrpc.newBlockingStub(fixture.channel).status(StatusRequest.getDefaultInstance());
  }

  @Test
  void streamsOpenedBeforeEndWithTheirNextAnswer() {
    ServiceFixture.Client<WatchRequest, WatchResponse> watch = new ServiceFixture.Client<>(10);
    StreamObserver<WatchRequest> requests = WatchGrpc.newStub(fixture.channel).watch(watch);
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes("a")))
            .build());
    FakeWatchStream stream = ServiceFixture.next(fixture.store.watchStreams);
    stream.say(new WatchMessage.Created(0, 1));
    assertThat(watch.next().getCreated()).isTrue();

    fixture.store.access = new FakeAccess(true);
    stream.say(new WatchMessage.Progress(0, 2));

    assertThat(watch.end().getDescription()).isEqualTo(EtcdError.USER_EMPTY.text());
  }
}
