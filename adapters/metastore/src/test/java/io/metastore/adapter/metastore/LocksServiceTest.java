package io.metastore.adapter.metastore;

import static io.metastore.adapter.metastore.NativeServer.bytes;
import static io.metastore.adapter.metastore.NativeServer.errorOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.CloseClientRequest;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.Fence;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.ListLocksRequest;
import io.metastore.api.v1.ListLocksResponse;
import io.metastore.api.v1.Lock;
import io.metastore.api.v1.LockMode;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.api.v1.Place;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.QueryRequest;
import io.metastore.api.v1.ReleaseRequest;
import io.metastore.api.v1.ReleaseResponse;
import io.metastore.api.v1.ValidateRequest;
import io.metastore.api.v1.WatchLockRequest;
import io.metastore.api.v1.WatchLockResponse;
import io.metastore.core.api.LockWait;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LocksServiceTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private LocksGrpc.LocksBlockingStub locks;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private ClientsGrpc.ClientsBlockingStub clients;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    locks = LocksGrpc.newBlockingStub(server.channel);
    clients = ClientsGrpc.newBlockingStub(server.channel);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  // --- Acquire and Release ---------------------------------------------------------------------

  @Test
  void lockPassesFromHolderToHolderWithGrowingTokens() {
    long first = locks.acquire(exclusive("/pass", newClient()).build()).getToken();
    Received<AcquireRequest, AcquireResponse> second = acquire(exclusive("/pass", newClient()));
    awaitPlaces("/pass", 2);
    assertThat(second.isQuiet()).isTrue();

    release("/pass", first);

    AcquireResponse acquired = second.next();
    assertThat(acquired.getAcquired()).isTrue();
    assertThat(acquired.getToken()).isGreaterThan(first);
  }

  @Test
  void sharedHoldersWaitBehindAWaitingExclusiveOne() {
    long reader = locks.acquire(shared("/fair", newClient()).build()).getToken();
    locks.acquire(shared("/fair", newClient()).build());
    acquire(exclusive("/fair", newClient()));
    awaitPlaces("/fair", 3);

    assertThat(locks.acquire(shared("/fair", newClient()).setWaitMs(0).build()).getAcquired())
        .isFalse();
    assertThat(query("/fair"))
        .extracting(Place::getState)
        .containsExactly(Place.State.HELD, Place.State.HELD, Place.State.WAITING);
    release("/fair", reader);
  }

  @Test
  void tryLeavesNoTrace() {
    locks.acquire(exclusive("/try", newClient()).build());

    AcquireResponse tried = locks.acquire(exclusive("/try", newClient()).setWaitMs(0).build());

    assertThat(tried.getAcquired()).isFalse();
    assertThat(tried.getToken()).isZero();
    assertThat(tried.getSequencer()).isEmpty();
    assertThat(tried.getRevision()).isPositive();
    assertThat(query("/try")).hasSize(1);
  }

  @Test
  void timedOutWaitLosesItsPlace() {
    long held = locks.acquire(exclusive("/timed", newClient()).build()).getToken();

    AcquireResponse waited = locks.acquire(exclusive("/timed", newClient()).setWaitMs(50).build());

    assertThat(waited.getAcquired()).isFalse();
    awaitPlaces("/timed", 1);
    assertThat(query("/timed")).extracting(Place::getToken).containsExactly(held);
  }

  @Test
  void timedWaitEndsWhenTheLockIsHeld() {
    long held = locks.acquire(exclusive("/in-time", newClient()).build()).getToken();
    Received<AcquireRequest, AcquireResponse> waiting =
        acquire(exclusive("/in-time", newClient()).setWaitMs(TimeUnit.HOURS.toMillis(1)));
    awaitPlaces("/in-time", 2);

    release("/in-time", held);

    assertThat(waiting.next().getAcquired()).isTrue();
  }

  @Test
  void disconnectedCallerLosesItsPlace() {
    locks.acquire(exclusive("/gone", newClient()).build());
    Received<AcquireRequest, AcquireResponse> waiting = acquire(exclusive("/gone", newClient()));
    awaitPlaces("/gone", 2);

    waiting.cancel();

    awaitPlaces("/gone", 1);
  }

  @Test
  void repeatedAcquireReturnsTheSamePlace() {
    long client = newClient();
    AcquireResponse first = locks.acquire(exclusive("/again", client).build());

    AcquireResponse again = locks.acquire(exclusive("/again", client).build());

    assertThat(again.getAcquired()).isTrue();
    assertThat(again.getToken()).isEqualTo(first.getToken());
    assertThat(again.getSequencer()).isEqualTo(first.getSequencer());
    assertThat(errorOf(() -> locks.acquire(shared("/again", client).build())).getReason())
        .isEqualTo(Reason.LOCK_MODE);
  }

  @Test
  void waitsOfOneClientShareAPlaceUntilTheLastOneEnds() {
    long held = locks.acquire(exclusive("/twice", newClient()).build()).getToken();
    long client = newClient();
    Received<AcquireRequest, AcquireResponse> first = acquire(exclusive("/twice", client));
    awaitPlaces("/twice", 2);
    Received<AcquireRequest, AcquireResponse> second = acquire(exclusive("/twice", client));
    Received<AcquireRequest, AcquireResponse> third = acquire(exclusive("/twice", client));
    // The store handles requests in order, so after this reply the earlier places exist.
    locks.acquire(exclusive("/twice", client).setWaitMs(0).build());

    first.cancel();
    release("/twice", held);

    long token = second.next().getToken();
    assertThat(third.next().getToken()).isEqualTo(token);
    assertThat(query("/twice")).extracting(Place::getToken).containsExactly(token);
  }

  @Test
  void cancelledRepeatedCallKeepsTheHeldLock() throws Exception {
    long client = newClient();
    long held = locks.acquire(exclusive("/repeated", client).build()).getToken();
    LockWait repeated =
        server
            .node()
            .acquire(
                Command.newBuilder()
                    .setAcquire(
                        Acquire.newBuilder()
                            .setName(bytes("/repeated"))
                            .setLease(client)
                            .setMode(Acquire.Mode.EXCLUSIVE))
                    .build());

    repeated.cancel();
    repeated.held().get(NativeServer.TIMEOUT_S, TimeUnit.SECONDS);
    // Handled after the withdrawal, if there is one.
    locks.acquire(exclusive("/repeated", newClient()).setWaitMs(0).build());

    assertThat(query("/repeated")).extracting(Place::getToken).containsExactly(held);
  }

  @Test
  void waiterFailsWhenItsClientEnds() {
    locks.acquire(exclusive("/lost", newClient()).build());
    long client = newClient();
    Received<AcquireRequest, AcquireResponse> waiting = acquire(exclusive("/lost", client));
    awaitPlaces("/lost", 2);

    clients.closeClient(CloseClientRequest.newBuilder().setClientId(client).build());

    assertThat(waiting.error().getReason()).isEqualTo(Reason.PLACE_LOST);
  }

  @Test
  void releaseWithAStaleTokenChangesNothing() {
    long first = locks.acquire(exclusive("/stale", newClient()).build()).getToken();
    release("/stale", first);
    locks.acquire(exclusive("/stale", newClient()).build());

    assertThat(errorOf(() -> release("/stale", first)).getReason()).isEqualTo(Reason.STALE_TOKEN);
    assertThat(errorOf(() -> release("/no-lock", 5)).getReason()).isEqualTo(Reason.STALE_TOKEN);
    assertThat(query("/stale")).hasSize(1);
  }

  @Test
  void lockOfEtcdExcludesTheSameNameHere() throws Exception {
    server
        .node()
        .acquire(
            Command.newBuilder()
                .setAcquire(
                    Acquire.newBuilder()
                        .setName(bytes("/etcd"))
                        .setLease(newClient())
                        .setMode(Acquire.Mode.EXCLUSIVE))
                .build())
        .held()
        .get(NativeServer.TIMEOUT_S, TimeUnit.SECONDS);

    assertThat(locks.acquire(shared("/etcd", newClient()).setWaitMs(0).build()).getAcquired())
        .isFalse();
  }

  // --- fences and sequencers -------------------------------------------------------------------

  @Test
  void fencedWriteOfAFormerHolderIsRefused() {
    long token = locks.acquire(exclusive("/fence", newClient()).build()).getToken();
    var kv = KeyValueGrpc.newBlockingStub(server.channel);
    PutRequest fenced =
        PutRequest.newBuilder()
            .setKey("/fenced")
            .addConditions(
                Condition.newBuilder()
                    .setFence(Fence.newBuilder().setLock("/fence").setToken(token)))
            .build();
    kv.put(fenced);

    release("/fence", token);

    assertThat(errorOf(() -> kv.put(fenced)))
        .isEqualTo(ErrorDetail.newBuilder().setReason(Reason.FENCED).setPath("/fence").build());
  }

  @Test
  void sequencerIsValidWhileTheLockIsHeld() {
    AcquireResponse held = locks.acquire(shared("/seq:with:colons", newClient()).build());
    assertThat(held.getSequencer()).startsWith("v1:s:").endsWith(":/seq:with:colons");
    assertThat(isValid(held.getSequencer())).isTrue();
    assertThat(isValid(held.getSequencer().replace("v1:s:", "v1:x:"))).isFalse();

    release("/seq:with:colons", held.getToken());

    assertThat(isValid(held.getSequencer())).isFalse();
  }

  @Test
  void invalidSequencerIsRefused() {
    for (String text :
        new String[] {"", "v1:x:1:2", "v2:x:1:2:/a", "v1:y:1:2:/a", "v1:x:g:2:/a", "v1:x:1:b:/a"}) {
      assertThat(errorOf(() -> isValid(text)))
          .as(text)
          .isEqualTo(
              ErrorDetail.newBuilder().setReason(Reason.BAD_REQUEST).setField("sequencer").build());
    }
  }

  // --- Query, ListLocks, Watch -----------------------------------------------------------------

  @Test
  void queryReturnsHoldersAndWaiters() {
    long holder = newClient();
    long waiter = newClient();
    long token = locks.acquire(exclusive("/query", holder).build()).getToken();
    acquire(shared("/query", waiter));
    awaitPlaces("/query", 2);

    List<Place> places = query("/query");

    assertThat(places).extracting(Place::getClientId).containsExactly(holder, waiter);
    assertThat(places)
        .extracting(Place::getMode)
        .containsExactly(LockMode.EXCLUSIVE, LockMode.SHARED);
    assertThat(places.get(0).getToken()).isEqualTo(token);
    assertThat(places.get(0).getLabel()).isEqualTo("test");
    assertThat(places.get(0).getAgeMs()).isNotNegative();
    assertThat(query("/query/none")).isEmpty();
  }

  @Test
  void locksAreListedPageByPage() {
    for (String name : List.of("/list/a", "/list/b", "/list/c", "/list-d")) {
      locks.acquire(exclusive(name, newClient()).build());
    }
    acquire(exclusive("/list/b", newClient()));
    awaitPlaces("/list/b", 2);

    List<Lock> listed = new ArrayList<>();
    String token = "";
    do {
      ListLocksResponse page =
          locks.listLocks(
              ListLocksRequest.newBuilder()
                  .setDirectory("/list")
                  .setPageSize(1)
                  .setPageToken(token)
                  .build());
      listed.addAll(page.getLocksList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());

    assertThat(listed).extracting(Lock::getName).containsExactly("/list/a", "/list/b", "/list/c");
    assertThat(listed).extracting(Lock::getWaiters).containsExactly(0L, 1L, 0L);
    assertThat(listed).allSatisfy(lock -> assertThat(lock.getHoldersCount()).isEqualTo(1));
    assertThat(locks.listLocks(ListLocksRequest.getDefaultInstance()).getLocksList())
        .extracting(Lock::getName)
        .contains("/list/a", "/list-d");
  }

  @Test
  void watchReportsTheQueueAndThenItsChanges() {
    long first = locks.acquire(exclusive("/watch", newClient()).build()).getToken();
    Received<WatchLockRequest, WatchLockResponse> watch = new Received<>(100);
    LocksGrpc.newStub(server.channel)
        .watch(WatchLockRequest.newBuilder().setLock("/watch").build(), watch);
    assertThat(states(watch.next())).containsExactly(first + " HELD");

    Received<AcquireRequest, AcquireResponse> waiting = acquire(exclusive("/watch", newClient()));
    WatchLockResponse queued = watch.next();
    long second = queued.getPlaces(0).getToken();
    assertThat(states(queued)).containsExactly(second + " WAITING");

    release("/watch", first);
    assertThat(states(watch.next())).containsExactly(first + " GONE", second + " HELD");
    assertThat(waiting.next().getToken()).isEqualTo(second);
    watch.cancel();
  }

  @Test
  void watchOfAFreeLockBeginsWithAnEmptyQueue() {
    Received<WatchLockRequest, WatchLockResponse> watch = new Received<>(100);
    LocksGrpc.newStub(server.channel)
        .watch(WatchLockRequest.newBuilder().setLock("/watch-free").build(), watch);

    assertThat(watch.next().getPlacesList()).isEmpty();
  }

  // --- errors ----------------------------------------------------------------------------------

  @Test
  void malformedRequestsAreRefused() {
    assertBadRequest("client_id", exclusive("/a", 0));
    assertBadRequest("wait_ms", exclusive("/a", 1).setWaitMs(-1));
    assertBadRequest("lock_delay_ms", exclusive("/a", 1).setLockDelayMs(60_001));
    assertBadRequest("lock_delay_ms", exclusive("/a", 1).setLockDelayMs(-1));
    assertBadRequest("mode", exclusive("/a", 1).setModeValue(7));
    assertThat(errorOf(() -> locks.acquire(exclusive("a", 1).build())).getReason())
        .isEqualTo(Reason.BAD_PATH);
    assertThat(errorOf(() -> release("/a", 0)).getField()).isEqualTo("token");
    assertThat(
            errorOf(
                    () ->
                        locks.listLocks(
                            ListLocksRequest.newBuilder()
                                .setDirectory("/a")
                                .setPageToken(new PageToken(0, bytes("/b")).toText())
                                .build()))
                .getField())
        .isEqualTo("page_token");
    assertThat(errorOf(() -> locks.acquire(exclusive("/a", 1L << 40).build())).getReason())
        .isEqualTo(Reason.UNKNOWN_CLIENT);
  }

  // --- helpers ---------------------------------------------------------------------------------

  private long newClient() {
    return clients
        .newClient(NewClientRequest.newBuilder().setTtlMs(600_000).setLabel("test").build())
        .getClientId();
  }

  private Received<AcquireRequest, AcquireResponse> acquire(AcquireRequest.Builder request) {
    Received<AcquireRequest, AcquireResponse> received = new Received<>(2);
    LocksGrpc.newStub(server.channel).acquire(request.build(), received);
    return received;
  }

  private ReleaseResponse release(String lock, long token) {
    return locks.release(ReleaseRequest.newBuilder().setLock(lock).setToken(token).build());
  }

  private List<Place> query(String lock) {
    return locks.query(QueryRequest.newBuilder().setLock(lock).build()).getPlacesList();
  }

  private boolean isValid(String sequencer) {
    return locks.validate(ValidateRequest.newBuilder().setSequencer(sequencer).build()).getValid();
  }

  /** Watches the lock until its queue has this length. */
  private void awaitPlaces(String lock, int count) {
    Received<WatchLockRequest, WatchLockResponse> watch = new Received<>(1000);
    LocksGrpc.newStub(server.channel)
        .watch(WatchLockRequest.newBuilder().setLock(lock).build(), watch);
    List<Long> tokens = new ArrayList<>();
    do {
      for (Place place : watch.next().getPlacesList()) {
        tokens.remove(place.getToken());
        if (place.getState() != Place.State.GONE) {
          tokens.add(place.getToken());
        }
      }
    } while (tokens.size() != count);
    watch.cancel();
  }

  private void assertBadRequest(String field, AcquireRequest.Builder request) {
    assertThat(errorOf(() -> locks.acquire(request.build())))
        .isEqualTo(ErrorDetail.newBuilder().setReason(Reason.BAD_REQUEST).setField(field).build());
  }

  private static AcquireRequest.Builder exclusive(String lock, long client) {
    return AcquireRequest.newBuilder().setLock(lock).setClientId(client);
  }

  private static AcquireRequest.Builder shared(String lock, long client) {
    return exclusive(lock, client).setMode(LockMode.SHARED);
  }

  private static List<String> states(WatchLockResponse response) {
    return response.getPlacesList().stream()
        .map(place -> place.getToken() + " " + place.getState())
        .toList();
  }
}
