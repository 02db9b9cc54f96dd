package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.ServiceFixture.next;
import static io.metastore.adapter.etcd.Values.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ClientInterceptor;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.WatchMessage;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RequestGateTest {
  private final ServiceFixture fixture = new ServiceFixture();
  private final FakeCluster cluster = fixture.store.cluster;

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void callThatRequiresALeaderIsRefusedWithoutOne() {
    status(hasLeader("true"));
    cluster.leader = 0;

    assertFails(() -> status(hasLeader("true")), EtcdError.NO_LEADER);
    status(hasLeader("false"));
    status(new Metadata());
  }

  @Test
  void streamThatRequiresALeaderIsRefusedWithoutOne() {
    cluster.leader = 0;
    ServiceFixture.Client<WatchRequest, WatchResponse> client = watch(hasLeader("true"));

    assertThat(client.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(client.end().getDescription()).isEqualTo("etcdserver: no leader");
    assertThat(fixture.store.watchStreams).isEmpty();
  }

  @Test
  void openStreamThatRequiresALeaderEndsWhenThereIsNoneForLong() {
    ServiceFixture.Client<WatchRequest, WatchResponse> demanding = watch(hasLeader("true"));
    FakeWatchStream demandingStream = next(fixture.store.watchStreams);
    ServiceFixture.Client<WatchRequest, WatchResponse> patient = watch(new Metadata());
    FakeWatchStream patientStream = next(fixture.store.watchStreams);

    // Three election timeouts of 10 ms.
    cluster.leader = 0;
    cluster.leaderlessMs = 30;

    assertThat(demanding.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(demanding.end().getDescription()).isEqualTo("etcdserver: no leader");
    assertThat(demandingStream.closed).succeedsWithin(ServiceFixture.TIMEOUT_S, TimeUnit.SECONDS);
    // Messages of the store for the ended stream are dropped; the other stream continues.
    demandingStream.say(new WatchMessage.Created(0, 1));
    patientStream.say(new WatchMessage.Created(0, 1));
    assertThat(patient.next().getCreated()).isTrue();
    assertThat(patientStream.closed).isNotDone();
  }

  @Test
  void shortElectionDisturbsNoStream() {
    ServiceFixture.Client<WatchRequest, WatchResponse> client = watch(hasLeader("true"));
    LeaderWatch leaderWatch = new LeaderWatch(cluster, 10);
    cluster.leaderlessMs = 29;

    leaderWatch.check();

    assertThat(client.ended).isNotDone();
  }

  @Test
  void clientVersionMustBeText() {
    status(version("3.7.1".getBytes(StandardCharsets.UTF_8)));
    status(version("é".getBytes(StandardCharsets.UTF_8)));

    assertFails(
        () -> status(version(new byte[] {(byte) 0xff, 'x'})), EtcdError.INVALID_CLIENT_API_VERSION);
  }

  private void status(Metadata metadata) {
    MaintenanceGrpc.newBlockingStub(fixture.channel)
        .withInterceptors(attach(metadata))
        .status(StatusRequest.getDefaultInstance());
  }

  private ServiceFixture.Client<WatchRequest, WatchResponse> watch(Metadata metadata) {
    ServiceFixture.Client<WatchRequest, WatchResponse> client = new ServiceFixture.Client<>(10);
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(fixture.channel).withInterceptors(attach(metadata)).watch(client);
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes("a")))
            .build());
    return client;
  }

  private static ClientInterceptor attach(Metadata metadata) {
    return MetadataUtils.newAttachHeadersInterceptor(metadata);
  }

  private static Metadata hasLeader(String value) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), value);
    return metadata;
  }

  private static Metadata version(byte[] value) {
    return InternalMetadata.newMetadata(
        "client-api-version".getBytes(StandardCharsets.US_ASCII), value);
  }
}
