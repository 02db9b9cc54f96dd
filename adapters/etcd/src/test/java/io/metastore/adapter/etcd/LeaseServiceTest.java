package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.ServiceFixture.next;
import static io.metastore.adapter.etcd.Values.bytes;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.LeaseStatus;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.command.GrantLease;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import io.metastore.etcdapi.etcdserverpb.LeaseLeasesRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LeaseServiceTest {
  private final ServiceFixture fixture = new ServiceFixture();
  private final FakeMetastore store = fixture.store;
  private final LeaseGrpc.LeaseBlockingStub lease = LeaseGrpc.newBlockingStub(fixture.channel);

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void grantReturnsIdAndEffectiveTtl() {
    store.onSubmit =
        command -> {
          GrantLease grant = command.getGrantLease();
          return completedFuture(new Outcome.LeaseGranted(9, grant.getId(), grant.getTtl()));
        };

    LeaseGrantResponse reply = lease.leaseGrant(grant(7, 1));

    assertThat(reply.getID()).isEqualTo(7);
    assertThat(reply.getTTL()).as("no shorter than an election").isEqualTo(2);
    assertThat(reply.getHeader().getRevision()).isEqualTo(9);
    assertThat(lease.leaseGrant(grant(7, 30)).getTTL()).isEqualTo(30);
    assertThat(lease.leaseGrant(grant(7, -30)).getTTL()).isEqualTo(2);
    assertThat(lease.leaseGrant(grant(0, 30)).getID()).isPositive();
    assertThat(lease.leaseGrant(grant(-9, 30)).getID()).isEqualTo(-9);
  }

  @Test
  void grantThatIsRefusedHasEtcdsError() {
    store.onSubmit =
        command -> completedFuture(new Outcome.Failed(9, Failure.of(FailureCode.LEASE_EXISTS)));

    assertFails(() -> lease.leaseGrant(grant(7, 30)), EtcdError.LEASE_EXISTS);
  }

  @Test
  void revokeNamesItsLease() {
    store.onSubmit = command -> completedFuture(new Outcome.LeaseRevoked(10, 3));

    long revision =
        lease
            .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build())
            .getHeader()
            .getRevision();

    assertThat(revision).isEqualTo(10);
    assertThat(next(store.submitted).getRevokeLease().getId()).isEqualTo(7);
  }

  @Test
  void timeToLiveOfAnUnknownLeaseIsMinusOneAndNoError() {
    store.onTimeToLive = completedFuture(LeaseStatus.unknown(7));

    LeaseTimeToLiveResponse reply = lease.leaseTimeToLive(timeToLive());

    assertThat(reply.getID()).isEqualTo(7);
    assertThat(reply.getTTL()).isEqualTo(-1);
    assertThat(reply.getGrantedTTL()).isZero();
    assertThat(reply.getHeader().getRevision()).isEqualTo(100);
  }

  @Test
  void timeToLiveCarriesTheKeys() {
    store.onTimeToLive =
        completedFuture(new LeaseStatus(7, 60, 42, List.of(bytes("a"), bytes("b"))));

    LeaseTimeToLiveResponse reply = lease.leaseTimeToLive(timeToLive());

    assertThat(reply.getTTL()).isEqualTo(42);
    assertThat(reply.getGrantedTTL()).isEqualTo(60);
    assertThat(reply.getKeysList()).containsExactly(bytes("a"), bytes("b"));
  }

  @Test
  void leasesAreListedInTheStoresOrder() {
    assertThat(lease.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList())
        .extracting(status -> status.getID())
        .containsExactly(5L, -9L);
  }

  @Test
  void leaseCallsReportAMissingLeader() {
    store.onTimeToLive = failedFuture(new NotServed(NotServed.Reason.TIMEOUT));

    assertFails(() -> lease.leaseTimeToLive(timeToLive()), EtcdError.TIMEOUT);
    store.cluster.leader = 0;
    assertFails(() -> lease.leaseTimeToLive(timeToLive()), EtcdError.NO_LEADER);
    store.onTimeToLive = failedFuture(new NotServed(NotServed.Reason.STOPPED));
    assertFails(() -> lease.leaseTimeToLive(timeToLive()), EtcdError.STOPPED);
  }

  @Test
  void renewalsAreAnsweredOneByOneInOrder() {
    CompletableFuture<Long> first = new CompletableFuture<>();
    store.onKeepAlive = id -> id == 1 ? first : completedFuture(id * 10);
    Renewals renewals = new Renewals(100);

    renewals.renew(1, 2, 3);

    assertThat(store.renewals).as("one at a time").containsExactly(1L);
    first.complete(10L);
    for (long id = 1; id <= 3; id++) {
      LeaseKeepAliveResponse answer = renewals.client.next();
      assertThat(answer.getID()).isEqualTo(id);
      assertThat(answer.getTTL()).isEqualTo(id * 10);
    }
  }

  @Test
  void renewingAnUnknownLeaseKeepsTheStreamOpen() {
    store.onKeepAlive = id -> completedFuture(id == 7 ? 0L : 60L);
    Renewals renewals = new Renewals(100);

    renewals.renew(7, 8);

    assertThat(renewals.client.next().getTTL()).isZero();
    assertThat(renewals.client.next().getTTL()).isEqualTo(60);
  }

  @Test
  void headerOfARenewalHasTheRevisionFromBefore() {
    CompletableFuture<Long> renewed = new CompletableFuture<>();
    store.onKeepAlive = id -> renewed;
    Renewals renewals = new Renewals(100);
    renewals.renew(7);

    store.cluster.revision = 101;
    renewed.complete(60L);

    assertThat(renewals.client.next().getHeader().getRevision()).isEqualTo(100);
  }

  @Test
  void streamEndsAfterTheLastReplyWhenTheClientHasFinished() {
    CompletableFuture<Long> renewed = new CompletableFuture<>();
    store.onKeepAlive = id -> renewed;
    Renewals renewals = new Renewals(100);
    renewals.renew(7);
    renewals.requests.onCompleted();

    assertThat(renewals.client.ended).isNotDone();
    renewed.complete(60L);

    assertThat(renewals.client.next().getTTL()).isEqualTo(60);
    assertThat(renewals.client.end()).isEqualTo(Status.OK);
  }

  @Test
  void renewalThatFailsEndsTheStream() {
    store.cluster.leader = 0;
    store.onKeepAlive = id -> failedFuture(new NotServed(NotServed.Reason.TIMEOUT));
    Renewals renewals = new Renewals(100);

    renewals.renew(7);

    assertThat(renewals.client.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(renewals.client.end().getDescription()).isEqualTo("etcdserver: no leader");
  }

  @Test
  void requestsOfAClientThatDoesNotReadAreNotHandled() {
    store.onKeepAlive = id -> completedFuture(60L);
    Renewals renewals = new Renewals(0);

    renewals.renew(1, 2, 3, 4, 5, 6, 7, 8);

    assertThat(store.renewals).hasSizeLessThan(3);
    renewals.client.read(8);
    for (long id = 1; id <= 8; id++) {
      assertThat(renewals.client.next().getID()).isEqualTo(id);
    }
  }

  private static LeaseGrantRequest grant(long id, long ttl) {
    return LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build();
  }

  private static LeaseTimeToLiveRequest timeToLive() {
    return LeaseTimeToLiveRequest.newBuilder().setID(7).setKeys(true).build();
  }

  private final class Renewals {
    final ServiceFixture.Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> client;
    final StreamObserver<LeaseKeepAliveRequest> requests;

    Renewals(int reads) {
      client = new ServiceFixture.Client<>(reads);
      requests = LeaseGrpc.newStub(fixture.channel).leaseKeepAlive(client);
    }

    void renew(long... ids) {
      for (long id : ids) {
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
      }
    }
  }
}
