package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.Values.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.WatchMessage;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.MemberAddRequest;
import io.metastore.etcdapi.etcdserverpb.MemberUpdateRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.v3electionpb.ElectionGrpc;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that are never permitted, and calls that always are. */
final class AuthorizationTest {
  private final ServiceFixture fixture = new ServiceFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void everyMethodHasARequirement() {
    Requirements requirements = new Requirements(128);
    for (ServiceDescriptor service :
        List.of(
            KVGrpc.getServiceDescriptor(),
            WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor())) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        assertThat(requirements.find(method.getFullMethodName()))
            .as(method.getFullMethodName())
            .isNotNull();
      }
    }
  }

  @Test
  void callsWithoutAUserAreRefusedWhileAccessControlIsOn() {
    fixture.store.access = new FakeAccess(true);

    assertFails(
        () ->
            KVGrpc.newBlockingStub(fixture.channel)
                .put(PutRequest.newBuilder().setKey(bytes("k")).build()),
        EtcdError.USER_EMPTY);
    ServiceFixture.Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> renewing =
        new ServiceFixture.Client<>(1);
    LeaseGrpc.newStub(fixture.channel)
        .leaseKeepAlive(renewing)
        .onNext(LeaseKeepAliveRequest.getDefaultInstance());
    assertThat(renewing.end().getDescription()).isEqualTo(EtcdError.USER_EMPTY.text());
    assertThat(fixture.store.submitted).isEmpty();
  }

  @Test
  void invalidRequestsAreRefusedBeforePermissionsAreChecked() {
    fixture.store.access = new FakeAccess(true);

    assertFails(
        () -> KVGrpc.newBlockingStub(fixture.channel).put(PutRequest.getDefaultInstance()),
        EtcdError.EMPTY_KEY);
    ClusterGrpc.ClusterBlockingStub cluster = ClusterGrpc.newBlockingStub(fixture.channel);
    assertFails(
        () -> cluster.memberAdd(MemberAddRequest.newBuilder().addPeerURLs("x").build()),
        EtcdError.BAD_MEMBER_URLS);
    assertFails(
        () -> cluster.memberUpdate(MemberUpdateRequest.newBuilder().addPeerURLs("x").build()),
        EtcdError.USER_EMPTY);
  }

  @Test
  void healthNeedsNoUser() {
    fixture.store.access = new FakeAccess(true);

    HealthGrpc.newBlockingStub(fixture.channel).check(HealthCheckRequest.getDefaultInstance());
  }

  @Test
  void watchCreatedBeforeAccessControlEndsWithItsNextEvents() {
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
    stream.say(new WatchMessage.Events(0, 2, List.of()));
    stream.say(new WatchMessage.Cancelled(0, 2));

    WatchResponse told = watch.next();
    assertThat(told.getCanceled()).isTrue();
    assertThat(told.getCancelReason())
        .isEqualTo("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
  }
}
