package io.metastore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.CloseClientResponse;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.KeepAliveResponse;
import io.metastore.api.v1.LockMode;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.NewClientResponse;
import io.metastore.api.v1.Place;
import io.metastore.api.v1.QueryResponse;
import io.metastore.api.v1.ReleaseResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions and locks with a clock that only the test advances. */
@Timeout(120)
final class SessionTest {
  private static final long TTL_MS = 9_000;

  private final ManualTimer timer = new ManualTimer();
  private final BlockingQueue<SessionState> states = new LinkedBlockingQueue<>();
  private ScriptedCluster cluster;
  private MetastoreClient client;
  private Session session;

  /** Starts a session at second 0; the response takes one second. */
  @BeforeEach
  void begin() throws Exception {
    cluster = new ScriptedCluster(2);
    client = cluster.client().timer(timer).requestTimeout(Duration.ofSeconds(20)).build();
    CompletableFuture<Session> beginning =
        client.newSessionAsync(Duration.ofMillis(TTL_MS), "test");
    var request = cluster.next(ClientsGrpc.getNewClientMethod());
    timer.advance(Duration.ofSeconds(1));
    request.answer(NewClientResponse.newBuilder().setClientId(7).setTtlMs(TTL_MS).build());
    session = beginning.get();
    session.addListener(states::add);
  }

  @AfterEach
  void end() throws Exception {
    CompletableFuture<Void> closing = session.closeAsync();
    cluster
        .next(ClientsGrpc.getCloseClientMethod())
        .answer(CloseClientResponse.getDefaultInstance());
    closing.get();
    client.close();
    cluster.close();
  }

  @Test
  void deadlineCountsFromTheSendingOfTheRequest() {
    assertThat(session.id()).isEqualTo(7);
    assertThat(session.deadlineNanos()).isEqualTo(seconds(9));
    assertThat(session.state()).isEqualTo(SessionState.SAFE);
  }

  @Test
  void renewalExtendsTheDeadlineFromItsSending() throws Exception {
    // Due at 1 s + (9 - 1) / 3 s.
    timer.advance(Duration.ofSeconds(3));
    var renewal = cluster.next(ClientsGrpc.getKeepAliveMethod());
    long sentNanos = seconds(1) + seconds(8) / 3;
    assertThat(renewal.request().getClientId()).isEqualTo(7);
    renewal.tell(alive());
    await(() -> session.deadlineNanos() == sentNanos + seconds(9));
  }

  @Test
  void sessionWithoutRepliesIsInJeopardyAndThenSafeAgain() throws Exception {
    timer.advance(Duration.ofSeconds(5)); // at second 6 a third of the TTL is left
    assertThat(states.poll(30, TimeUnit.SECONDS)).isEqualTo(SessionState.JEOPARDY);
    assertThat(session.state()).isEqualTo(SessionState.JEOPARDY);
    // Server 0 was asked first, and abandoned when it did not answer.
    var renewal = cluster.next(ClientsGrpc.getKeepAliveMethod());
    while (renewal.server() != 1) {
      renewal = cluster.next(ClientsGrpc.getKeepAliveMethod());
    }
    renewal.tell(alive());
    await(() -> session.state() == SessionState.SAFE);
    assertThat(states.poll(30, TimeUnit.SECONDS)).isEqualTo(SessionState.SAFE);
  }

  @Test
  void sessionWhoseDeadlinePassedIsLostForGood() throws Exception {
    timer.advance(Duration.ofSeconds(8));
    assertThat(session.state()).isEqualTo(SessionState.LOST);
    assertThat(states.poll(30, TimeUnit.SECONDS)).isEqualTo(SessionState.JEOPARDY);
    assertThat(states.poll(30, TimeUnit.SECONDS)).isEqualTo(SessionState.LOST);
    assertThat(session.deadlineNanos()).isLessThanOrEqualTo(timer.nanoTime());
    // The session expires on the servers, which starts the lock-delay; the client does not close
    // it.
    assertThat(cluster.waiting(ClientsGrpc.getCloseClientMethod())).isZero();
  }

  @Test
  void sessionUnknownToTheServersIsLostAtOnce() throws Exception {
    timer.advance(Duration.ofSeconds(3));
    cluster
        .next(ClientsGrpc.getKeepAliveMethod())
        .tell(KeepAliveResponse.newBuilder().setClientId(7).setLost(true).build());
    assertThat(states.poll(30, TimeUnit.SECONDS)).isEqualTo(SessionState.LOST);
    assertThat(session.deadlineNanos()).isLessThanOrEqualTo(timer.nanoTime());
  }

  @Test
  void sessionMovesAwayFromASilentServer() throws Exception {
    timer.advance(Duration.ofSeconds(3)); // sent at 3.67
    assertThat(cluster.next(ClientsGrpc.getKeepAliveMethod()).server()).isZero();
    timer.advance(Duration.ofMillis(1_500)); // a sixth of the TTL later
    var second = cluster.next(ClientsGrpc.getKeepAliveMethod());
    assertThat(second.server()).isEqualTo(1);
    second.tell(alive());
    await(() -> session.deadlineNanos() > seconds(12));
    assertThat(states).isEmpty();
  }

  @Test
  void closingAHeldLockReleasesIt() throws Exception {
    HeldLock held = acquired(session.sharedLock("/l").withDelay(Duration.ofSeconds(3)), 77);
    assertThat(held.token()).isEqualTo(77);
    assertThat(held.surelyHeldUntilNanos()).isEqualTo(session.deadlineNanos());
    assertThat(held.fence()).isEqualTo(Conditions.fence("/l", 77));
    CompletableFuture<Void> closing = CompletableFuture.runAsync(held::close);
    var release = cluster.next(LocksGrpc.getReleaseMethod());
    assertThat(held.isSurelyHeld()).isFalse();
    assertThat(release.request().getLock()).isEqualTo("/l");
    assertThat(release.request().getToken()).isEqualTo(77);
    release.answer(ReleaseResponse.getDefaultInstance());
    closing.get();
  }

  @Test
  void acquireSendsItsOptions() throws Exception {
    CompletableFuture<Optional<HeldLock>> trying =
        session
            .sharedLock("/l")
            .withDelay(Duration.ofSeconds(3))
            .tryAcquireAsync(Duration.ofSeconds(5));
    var acquire = cluster.next(LocksGrpc.getAcquireMethod());
    assertThat(acquire.request())
        .isEqualTo(
            AcquireRequest.newBuilder()
                .setLock("/l")
                .setClientId(7)
                .setMode(LockMode.SHARED)
                .setWaitMs(5_000)
                .setLockDelayMs(3_000)
                .build());
    acquire.answer(AcquireResponse.getDefaultInstance());
    assertThat(trying.get()).isEmpty();
    // The lock is not held, so another attempt is allowed.
    CompletableFuture<Optional<HeldLock>> again = session.lock("/l").tryAcquireAsync();
    var second = cluster.next(LocksGrpc.getAcquireMethod());
    assertThat(second.request().hasWaitMs()).isTrue();
    assertThat(second.request().getWaitMs()).isZero();
    second.answer(AcquireResponse.getDefaultInstance());
    assertThat(again.get()).isEmpty();
  }

  @Test
  void interruptedWaitContinuesOnAnotherServer() throws Exception {
    CompletableFuture<HeldLock> waiting = session.lock("/l").acquireAsync();
    assertThat(cluster.next(LocksGrpc.getAcquireMethod()).request().hasWaitMs()).isFalse();
    cluster.kill(0);
    assertThat(awaitWithTime(() -> cluster.waiting(LocksGrpc.getAcquireMethod()) > 0)).isTrue();
    var second = cluster.next(LocksGrpc.getAcquireMethod());
    assertThat(second.server()).isEqualTo(1);
    second.answer(AcquireResponse.newBuilder().setAcquired(true).setToken(5).build());
    assertThat(waiting.get().token()).isEqualTo(5);
  }

  @Test
  void secondAttemptByTheSameSessionIsRefused() throws Exception {
    acquired(session.lock("/l"), 5);
    assertThatThrownBy(() -> session.lock("/l").acquireAsync())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("/l");
  }

  @Test
  void lockCanBeAcquiredAgainAsSoonAsItIsReleased() throws Exception {
    Lock lock = session.lock("/l");
    CompletableFuture<HeldLock> again =
        acquired(lock, 5).releaseAsync().thenCompose(released -> lock.acquireAsync());
    cluster.next(LocksGrpc.getReleaseMethod()).answer(ReleaseResponse.getDefaultInstance());
    cluster
        .next(LocksGrpc.getAcquireMethod())
        .answer(AcquireResponse.newBuilder().setAcquired(true).setToken(6).build());
    assertThat(again.get().token()).isEqualTo(6);
  }

  @Test
  void placeOfACancelledWaitIsReleased() throws Exception {
    CompletableFuture<HeldLock> waiting = session.lock("/l").acquireAsync();
    cluster.next(LocksGrpc.getAcquireMethod());
    waiting.cancel(false);
    placeIsGivenUp();
  }

  @Test
  void placeLeftByABrokenWaitIsReleased() throws Exception {
    CompletableFuture<Optional<HeldLock>> waiting =
        session.lock("/l").tryAcquireAsync(Duration.ofSeconds(2));
    cluster.next(LocksGrpc.getAcquireMethod());
    cluster.kill(0);
    assertThat(awaitWithTime(() -> cluster.waiting(LocksGrpc.getAcquireMethod()) > 0)).isTrue();
    cluster.next(LocksGrpc.getAcquireMethod()).answer(AcquireResponse.getDefaultInstance());
    assertThat(waiting.get()).isEmpty();
    placeIsGivenUp();
  }

  private void placeIsGivenUp() throws InterruptedException {
    cluster
        .next(LocksGrpc.getQueryMethod())
        .answer(
            QueryResponse.newBuilder()
                .addPlaces(Place.newBuilder().setClientId(6).setToken(4))
                .addPlaces(Place.newBuilder().setClientId(7).setToken(5))
                .build());
    var release = cluster.next(LocksGrpc.getReleaseMethod());
    assertThat(release.request().getToken()).isEqualTo(5);
    release.answer(ReleaseResponse.getDefaultInstance());
  }

  @Test
  void releaseThatFindsNoPlaceAfterALostReplySucceeded() throws Exception {
    HeldLock held = acquired(session.lock("/l"), 5);
    CompletableFuture<Boolean> releasing = held.releaseAsync();
    cluster.next(LocksGrpc.getReleaseMethod()).fail(Status.Code.UNKNOWN, Reason.OUTCOME_UNKNOWN);
    assertThat(awaitWithTime(() -> cluster.waiting(LocksGrpc.getReleaseMethod()) > 0)).isTrue();
    cluster
        .next(LocksGrpc.getReleaseMethod())
        .fail(Status.Code.FAILED_PRECONDITION, Reason.STALE_TOKEN);
    assertThat(releasing.get()).isTrue();
  }

  @Test
  void releaseOfALostLockReturnsFalse() throws Exception {
    HeldLock held = acquired(session.lock("/l"), 5);
    CompletableFuture<Boolean> releasing = held.releaseAsync();
    cluster
        .next(LocksGrpc.getReleaseMethod())
        .fail(Status.Code.FAILED_PRECONDITION, Reason.STALE_TOKEN);
    assertThat(releasing.get()).isFalse();
  }

  @Test
  void waitForALockFailsWhenTheSessionEnds() throws Exception {
    CompletableFuture<HeldLock> waiting = session.lock("/l").acquireAsync();
    cluster.next(LocksGrpc.getAcquireMethod());
    timer.advance(Duration.ofSeconds(8));
    Throwable failure = catchThrowableOfType(ExecutionException.class, waiting::get).getCause();
    assertThat(failure)
        .isInstanceOfSatisfying(
            MetastoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLIENT_CLOSED));
  }

  private HeldLock acquired(Lock lock, long token) throws Exception {
    CompletableFuture<HeldLock> acquiring = lock.acquireAsync();
    cluster
        .next(LocksGrpc.getAcquireMethod())
        .answer(AcquireResponse.newBuilder().setAcquired(true).setToken(token).build());
    return acquiring.get();
  }

  /** Advances the clock only slightly, so that the session does not expire. */
  private boolean awaitWithTime(BooleanSupplier done) {
    for (int ms = 0; ms < 3_000 && !done.getAsBoolean(); ms += 20) {
      timer.advance(Duration.ofMillis(20));
      awaitOrSoon(done);
    }
    return done.getAsBoolean();
  }

  private static void awaitOrSoon(BooleanSupplier done) {
    long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
    while (!done.getAsBoolean() && System.nanoTime() - untilNanos < 0) {
      Thread.onSpinWait();
    }
  }

  private static void await(BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  private static KeepAliveResponse alive() {
    return KeepAliveResponse.newBuilder().setClientId(7).setRemainingMs(TTL_MS).build();
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
