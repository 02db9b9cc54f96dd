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
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult.DeleteResult;
import io.metastore.core.api.OpResult.PutResult;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.OpResult.TxnResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Txn;
import io.metastore.etcdapi.v3electionpb.CampaignRequest;
import io.metastore.etcdapi.v3electionpb.CampaignResponse;
import io.metastore.etcdapi.v3electionpb.ElectionGrpc;
import io.metastore.etcdapi.v3electionpb.LeaderKey;
import io.metastore.etcdapi.v3electionpb.LeaderRequest;
import io.metastore.etcdapi.v3electionpb.LeaderResponse;
import io.metastore.etcdapi.v3electionpb.ProclaimRequest;
import io.metastore.etcdapi.v3electionpb.ResignRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ElectionServiceTest {
  private static final LeaderKey LEADER =
      LeaderKey.newBuilder()
          .setName(bytes("E"))
          .setKey(bytes("E/1f"))
          .setRev(12)
          .setLease(31)
          .build();

  private final ServiceFixture fixture = new ServiceFixture();
  private final FakeMetastore store = fixture.store;
  private final ElectionGrpc.ElectionBlockingStub election =
      ElectionGrpc.newBlockingStub(fixture.channel);
  private final ServiceFixture.Client<CampaignRequest, CampaignResponse> candidate =
      new ServiceFixture.Client<>(2);
  private final ServiceFixture.Client<LeaderRequest, LeaderResponse> observer =
      new ServiceFixture.Client<>(1);

  @AfterEach
  void close() {
    fixture.close();
  }

  // --- Campaign ----------------------------------------------------------------------------------

  @Test
  void candidateIsTheKeyOfItsLeaseAndIsElectedWhenItsTurnComes() {
    store.onSubmit = command -> completedFuture(created(12));
    campaign(31);

    Txn txn = next(store.submitted).getTxn();
    assertThat(txn.getCompares(0).getKey()).isEqualTo(bytes("E/1f"));
    assertThat(txn.getSuccess(0).getPut().getValue()).isEqualTo(bytes("me"));
    assertThat(txn.getSuccess(0).getPut().getLease()).isEqualTo(31);
    FakeMetastore.FakeLockWait wait = next(store.lockWaits);
    assertThat(wait.acquire)
        .isEqualTo(Acquire.newBuilder().setName(bytes("E")).setLease(31).build());
    assertThat(candidate.ended).isNotDone();

    wait.held.complete(new Outcome.LockPlace(20, bytes("E/1f"), 12, true));

    CampaignResponse elected = candidate.next();
    assertThat(elected.getLeader()).isEqualTo(LEADER);
    assertThat(elected.getHeader().getRevision()).isEqualTo(12);
  }

  @Test
  void repeatedCampaignKeepsItsPlaceInTheQueue() {
    KeyValue standing = new KeyValue(bytes("E/1f"), bytes("old"), 7, 7, 1, 31);
    store.onSubmit =
        command ->
            completedFuture(
                new Outcome.TxnDone(
                    15,
                    0,
                    List.of(
                        new RangeResult(List.of(standing), 1, false),
                        new TxnResult(false, List.of(new PutResult(null))))));
    campaign(31);
    next(store.lockWaits).held.complete(new Outcome.LockPlace(20, bytes("E/1f"), 7, true));

    assertThat(candidate.next().getLeader().getRev()).isEqualTo(7);
  }

  @Test
  void candidateWithoutLeaseGetsOneOfAMinute() {
    store.onSubmit =
        command ->
            completedFuture(
                command.hasGrantLease()
                    ? new Outcome.LeaseGranted(9, command.getGrantLease().getId(), 60)
                    : created(12));
    campaign(0);

    assertThat(next(store.submitted).getGrantLease().getTtl()).isEqualTo(60);
    next(store.submitted);
    FakeMetastore.FakeLockWait wait = next(store.lockWaits);
    wait.held.complete(new Outcome.LockPlace(12, bytes("E/?"), 12, true));
    assertThat(candidate.next().getLeader().getLease()).isEqualTo(wait.acquire.getLease());
  }

  @Test
  void disconnectedCandidateResigns() {
    store.onSubmit = command -> completedFuture(created(12));
    campaign(31);
    next(store.submitted);
    FakeMetastore.FakeLockWait wait = next(store.lockWaits);

    candidate.cancel();

    assertThat(wait.cancelled).succeedsWithin(ServiceFixture.TIMEOUT_S, TimeUnit.SECONDS);
    assertResigns(next(store.submitted).getTxn(), 12);
  }

  @Test
  void candidateThatDisconnectsBeforeItIsCreatedResignsOnceItIs() {
    CompletableFuture<Outcome> standing = new CompletableFuture<>();
    store.onSubmit = command -> standing;
    campaign(31);
    next(store.submitted);
    candidate.cancel();

    standing.complete(created(12));

    assertResigns(next(store.submitted).getTxn(), 12);
    assertThat(store.lockWaits).isEmpty();
  }

  @Test
  void candidateWhoseKeyWasDeletedIsNotElected() {
    store.onSubmit = command -> completedFuture(created(12));
    campaign(31);
    next(store.lockWaits)
        .held
        .complete(new Outcome.Failed(20, Failure.of(FailureCode.LOCK_PLACE_LOST)));

    assertThat(candidate.end().getDescription()).isEqualTo("election: not leader");
  }

  @Test
  void placeOfAnotherCandidacyIsReleased() {
    store.onSubmit = command -> completedFuture(created(12));
    campaign(31);
    next(store.submitted);
    next(store.lockWaits).held.complete(new Outcome.LockPlace(20, bytes("E/1f"), 19, true));

    assertThat(candidate.end().getDescription()).isEqualTo("election: not leader");
    assertResigns(next(store.submitted).getTxn(), 19);
  }

  @Test
  void errorsHaveNoCode() {
    store.onSubmit =
        command -> completedFuture(new Outcome.Failed(9, Failure.of(FailureCode.LEASE_NOT_FOUND)));
    campaign(31);

    assertThat(candidate.end().getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(candidate.end().getDescription()).isEqualTo("etcdserver: requested lease not found");
  }

  // --- Proclaim, Resign --------------------------------------------------------------------------

  @Test
  void onlyTheLeaderProclaims() {
    ProclaimRequest request =
        ProclaimRequest.newBuilder().setLeader(LEADER).setValue(bytes("new")).build();
    store.onSubmit = command -> completedFuture(created(21));
    assertThat(election.proclaim(request).getHeader().getRevision()).isEqualTo(21);
    Txn txn = next(store.submitted).getTxn();
    assertThat(txn.getCompares(0).getNumber()).isEqualTo(12);
    assertThat(txn.getSuccess(0).getPut().getValue()).isEqualTo(bytes("new"));

    store.onSubmit = command -> completedFuture(new Outcome.TxnDone(21, 0, List.of()));
    assertUncoded(() -> election.proclaim(request), "election: not leader");
    assertUncoded(
        () -> election.proclaim(ProclaimRequest.getDefaultInstance()),
        "\"leader\" field must be provided");
  }

  @Test
  void resigningSucceedsForNonLeadersToo() {
    ResignRequest request = ResignRequest.newBuilder().setLeader(LEADER).build();
    store.onSubmit =
        command ->
            completedFuture(new Outcome.TxnDone(22, -1, List.of(new DeleteResult(1, List.of()))));
    assertThat(election.resign(request).getHeader().getRevision()).isEqualTo(22);
    assertResigns(next(store.submitted).getTxn(), 12);

    store.onSubmit = command -> completedFuture(new Outcome.TxnDone(23, 0, List.of()));
    assertThat(election.resign(request).getHeader().getRevision()).isEqualTo(23);
    assertUncoded(
        () -> election.resign(ResignRequest.getDefaultInstance()),
        "\"leader\" field must be provided");
    assertUncoded(
        () ->
            election.resign(
                ResignRequest.newBuilder().setLeader(LeaderKey.getDefaultInstance()).build()),
        "etcdserver: key is not provided");
  }

  // --- Leader, Observe ---------------------------------------------------------------------------

  @Test
  void leaderIsTheOldestCandidate() {
    store.onRead = completedFuture(found(9, leader("v", 5, 5)));
    LeaderRequest request = LeaderRequest.newBuilder().setName(bytes("E")).build();
    assertThat(election.leader(request).getKv().getValue()).isEqualTo(bytes("v"));

    store.onRead = completedFuture(found(9));
    assertUncoded(() -> election.leader(request), "election: no leader");
    store.onRead = failedFuture(new OutcomeUnknown(OutcomeUnknown.Reason.TIMEOUT));
    assertUncoded(() -> election.leader(request), "etcdserver: request timed out");
  }

  @Test
  void observerSeesEachProclamationAndTheNextLeader() {
    store.onRead = completedFuture(found(9, leader("v1", 5, 5)));
    observe();
    observer.read(10);
    assertThat(observer.next().getHeader().getRevision()).isEqualTo(9);
    FakeWatchStream watches = next(store.watchStreams);
    assertThat(next(watches.asked)).isEqualTo("create 1");
    assertThat(watches.specs.remove().startRevision()).isEqualTo(10);

    watches.say(put(1, leader("v2", 5, 11)));
    LeaderResponse proclaimed = observer.next();
    assertThat(proclaimed.getKv().getValue()).isEqualTo(bytes("v2"));
    assertThat(proclaimed.getHeader().getRevision()).isEqualTo(11);

    store.onRead = completedFuture(found(12, leader("next", 8, 8)));
    watches.say(deleted(1, 12));
    assertThat(observer.next().getKv().getValue()).isEqualTo(bytes("next"));
    assertThat(next(watches.asked)).isEqualTo("cancel 1");
    assertThat(next(watches.asked)).isEqualTo("create 2");

    // Events of the previous watch are ignored.
    watches.say(put(1, leader("old", 5, 13)));
    watches.say(put(2, leader("next2", 8, 14)));
    assertThat(observer.next().getKv().getValue()).isEqualTo(bytes("next2"));
  }

  @Test
  void observerWaitsForTheFirstCandidate() {
    store.onRead = completedFuture(found(9));
    observe();
    FakeWatchStream watches = next(store.watchStreams);
    assertThat(next(watches.asked)).isEqualTo("create 1");
    assertThat(watches.specs.remove().key()).isEqualTo(bytes("E/"));

    watches.say(deleted(1, 10));
    watches.say(put(1, leader("first", 11, 11)));

    assertThat(observer.next().getKv().getValue()).isEqualTo(bytes("first"));
    assertThat(next(watches.asked)).isEqualTo("cancel 1");
    assertThat(next(watches.asked)).isEqualTo("create 2");
    assertThat(watches.specs.remove().key()).isEqualTo(bytes("E/1f"));
  }

  @Test
  void observerReadsTheLeaderAgainAfterACompaction() {
    store.onRead = completedFuture(found(9, leader("v1", 5, 5)));
    observe();
    observer.read(10);
    observer.next();
    FakeWatchStream watches = next(store.watchStreams);
    store.onRead = completedFuture(found(30, leader("v9", 5, 25)));

    watches.say(new WatchMessage.Compacted(1, 20));

    assertThat(observer.next().getKv().getValue()).isEqualTo(bytes("v9"));
  }

  @Test
  void disconnectedObserverClosesItsWatch() {
    store.onRead = completedFuture(found(9));
    observe();
    FakeWatchStream watches = next(store.watchStreams);

    observer.cancel();

    assertThat(watches.closed).succeedsWithin(ServiceFixture.TIMEOUT_S, TimeUnit.SECONDS);
  }

  @Test
  void observerGetsTheErrorOfAFailedRead() {
    store.onRead = failedFuture(new OutcomeUnknown(OutcomeUnknown.Reason.TIMEOUT));
    observe();
    assertThat(observer.end().getDescription()).isEqualTo("etcdserver: request timed out");
  }

  private void campaign(long lease) {
    ElectionGrpc.newStub(fixture.channel)
        .campaign(
            CampaignRequest.newBuilder()
                .setName(bytes("E"))
                .setLease(lease)
                .setValue(bytes("me"))
                .build(),
            candidate);
  }

  private void observe() {
    ElectionGrpc.newStub(fixture.channel)
        .observe(LeaderRequest.newBuilder().setName(bytes("E")).build(), observer);
  }

  private static Outcome.TxnDone created(long revision) {
    return new Outcome.TxnDone(revision, -1, List.of(new PutResult(null)));
  }

  private static KeyValue leader(String value, long createRevision, long modRevision) {
    return new KeyValue(bytes("E/1f"), bytes(value), createRevision, modRevision, 1, 31);
  }

  private static Outcome.Ranged found(long revision, KeyValue... leaders) {
    return new Outcome.Ranged(revision, new RangeResult(List.of(leaders), leaders.length, false));
  }

  private static WatchMessage put(long watch, KeyValue current) {
    return new WatchMessage.Events(
        watch, current.modRevision(), List.of(new WatchEvent(WatchEvent.Kind.PUT, current, null)));
  }

  private static WatchMessage deleted(long watch, long revision) {
    return new WatchMessage.Events(
        watch,
        revision,
        List.of(
            new WatchEvent(
                WatchEvent.Kind.DELETE, KeyValue.tombstone(bytes("E/1f"), revision), null)));
  }

  private static void assertResigns(Txn txn, long createRevision) {
    assertThat(txn.getCompares(0).getNumber()).isEqualTo(createRevision);
    assertThat(txn.getSuccess(0).getDelete().getKey()).isEqualTo(bytes("E/1f"));
  }

  private static void assertUncoded(ThrowingCallable call, String text) {
    assertFails(call, Status.Code.UNKNOWN, text);
  }
}
