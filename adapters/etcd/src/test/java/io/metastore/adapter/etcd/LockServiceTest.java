package io.metastore.adapter.etcd;

import static io.metastore.adapter.etcd.ServiceFixture.assertFails;
import static io.metastore.adapter.etcd.ServiceFixture.next;
import static io.metastore.adapter.etcd.Values.bytes;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.OpResult.DeleteResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.GrantLease;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import io.metastore.etcdapi.v3lockpb.LockRequest;
import io.metastore.etcdapi.v3lockpb.LockResponse;
import io.metastore.etcdapi.v3lockpb.UnlockRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LockServiceTest {
  private final ServiceFixture fixture = new ServiceFixture();
  private final FakeMetastore store = fixture.store;
  private final LockGrpc.LockBlockingStub lock = LockGrpc.newBlockingStub(fixture.channel);
  private final ServiceFixture.Client<LockRequest, LockResponse> client =
      new ServiceFixture.Client<>(2);

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void lockCallReturnsWhenTheLockIsHeld() {
    lock(7);
    FakeMetastore.FakeLockWait wait = next(store.lockWaits);
    assertThat(wait.acquire)
        .isEqualTo(
            Acquire.newBuilder()
                .setName(bytes("L"))
                .setLease(7)
                .setMode(Acquire.Mode.EXCLUSIVE)
                .build());
    assertThat(client.ended).isNotDone();

    wait.held.complete(new Outcome.LockPlace(12, bytes("L/7"), 12, true));

    LockResponse response = client.next();
    assertThat(response.getKey()).isEqualTo(bytes("L/7"));
    assertThat(response.getHeader().getRevision()).isEqualTo(12);
    assertThat(response.getHeader().getMemberId()).isEqualTo(22);
  }

  @Test
  void lockWithoutLeaseGetsOneOfAMinute() {
    store.onSubmit =
        command -> {
          GrantLease grant = command.getGrantLease();
          return completedFuture(new Outcome.LeaseGranted(9, grant.getId(), grant.getTtl()));
        };

    lock(0);

    GrantLease grant = next(store.submitted).getGrantLease();
    assertThat(grant.getTtl()).isEqualTo(60);
    assertThat(grant.getId()).isPositive();
    assertThat(next(store.lockWaits).acquire.getLease()).isEqualTo(grant.getId());
  }

  @Test
  void disconnectedClientLosesItsPlace() {
    lock(7);
    FakeMetastore.FakeLockWait wait = next(store.lockWaits);

    client.cancel();

    assertThat(wait.cancelled).succeedsWithin(ServiceFixture.TIMEOUT_S, TimeUnit.SECONDS);
  }

  @Test
  void clientThatDisconnectsBeforeItsLeaseIsGrantedDoesNotQueue() {
    CompletableFuture<Outcome> granted = new CompletableFuture<>();
    store.onSubmit = command -> granted;
    lock(0);
    client.cancel();

    granted.complete(new Outcome.LeaseGranted(9, 5, 60));

    assertThat(store.lockWaits).isEmpty();
  }

  @Test
  void lostPlaceIsReportedAsAnExpiredSession() {
    lock(7);
    next(store.lockWaits)
        .held
        .complete(new Outcome.Failed(12, Failure.of(FailureCode.LOCK_PLACE_LOST)));

    assertEnded("mutex: session is expired");
  }

  @Test
  void allErrorsLoseTheirCode() {
    lock(7);
    next(store.lockWaits)
        .held
        .complete(new Outcome.Failed(12, Failure.of(FailureCode.LEASE_NOT_FOUND)));
    assertEnded("etcdserver: requested lease not found");

    store.onSubmit = command -> failedFuture(new OutcomeUnknown(OutcomeUnknown.Reason.TIMEOUT));
    assertFails(
        () -> lock.unlock(UnlockRequest.newBuilder().setKey(bytes("k")).build()),
        Status.Code.UNKNOWN,
        "etcdserver: request timed out");
    assertFails(
        () -> lock.unlock(UnlockRequest.getDefaultInstance()),
        Status.Code.UNKNOWN,
        "etcdserver: key is not provided");
  }

  @Test
  void leaseThatCannotBeGrantedEndsTheCall() {
    store.onSubmit = command -> failedFuture(new OutcomeUnknown(OutcomeUnknown.Reason.TIMEOUT));

    lock(0);

    assertEnded("etcdserver: request timed out");
  }

  @Test
  void unlockSucceedsEvenIfTheKeyIsMissing() {
    store.onSubmit =
        command ->
            completedFuture(new Outcome.TxnDone(14, -1, List.of(new DeleteResult(0, List.of()))));

    assertThat(
            lock.unlock(UnlockRequest.newBuilder().setKey(bytes("k")).build())
                .getHeader()
                .getRevision())
        .isEqualTo(14);
  }

  private void lock(long lease) {
    LockGrpc.newStub(fixture.channel)
        .lock(LockRequest.newBuilder().setName(bytes("L")).setLease(lease).build(), client);
  }

  private void assertEnded(String text) {
    assertThat(client.end().getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(client.end().getDescription()).isEqualTo(text);
  }
}
