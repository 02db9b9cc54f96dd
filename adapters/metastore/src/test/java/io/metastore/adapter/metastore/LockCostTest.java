package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.api.v1.Place;
import io.metastore.api.v1.QueryRequest;
import io.metastore.api.v1.ReleaseRequest;
import io.metastore.api.v1.WatchLockRequest;
import io.metastore.api.v1.WatchLockResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cost of locks in log entries and messages. Uses its own server, because it counts both. */
final class LockCostTest {
  private static final int WAITERS = 1000;
  private static final int HAND_OVERS = 10;

  @SuppressWarnings("NullAway.Init") // set before each test
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before each test
  private LocksGrpc.LocksBlockingStub locks;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    locks = LocksGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void uncontendedPairIsTwoLogEntries() {
    AcquireRequest request = acquireBy(newClient());
    long before = logEntries();

    long token = locks.acquire(request).getToken();
    release(token);

    assertThat(logEntries() - before).isEqualTo(2);
  }

  @Test
  void releaseIsOneLogEntryAndAnswersOnlyTheNextOfAThousand() {
    long first = locks.acquire(acquireBy(newClient())).getToken();
    List<Received<AcquireRequest, AcquireResponse>> waiters = new ArrayList<>();
    for (int i = 0; i < WAITERS; i++) {
      Received<AcquireRequest, AcquireResponse> waiter = new Received<>(2);
      LocksGrpc.newStub(server.channel).acquire(acquireBy(newClient()), waiter);
      waiters.add(waiter);
    }
    awaitPlaces(1 + WAITERS);
    long before = logEntries();

    // Several releases, so that any other waiter woken by the first one has been notified by the
    // end of the last.
    long token = first;
    for (int i = 0; i < HAND_OVERS; i++) {
      release(token);
      AcquireResponse next = waiters.get(i).next();
      assertThat(next.getAcquired()).isTrue();
      assertThat(next.getToken()).isGreaterThan(token);
      token = next.getToken();
    }

    assertThat(logEntries() - before).isEqualTo(HAND_OVERS);
    assertThat(waiters.subList(HAND_OVERS, WAITERS)).allMatch(Received::isQuiet);
  }

  /** The number of log entries, including those of all completed calls. */
  private long logEntries() {
    locks.query(QueryRequest.newBuilder().setLock("/cost").build());
    return server.node().cluster().appliedIndex();
  }

  private void awaitPlaces(int count) {
    Received<WatchLockRequest, WatchLockResponse> watch = new Received<>(Integer.MAX_VALUE);
    LocksGrpc.newStub(server.channel)
        .watch(WatchLockRequest.newBuilder().setLock("/cost").build(), watch);
    Set<Long> tokens = new HashSet<>();
    while (tokens.size() < count) {
      watch.next().getPlacesList().stream().map(Place::getToken).forEach(tokens::add);
    }
    watch.cancel();
  }

  private void release(long token) {
    locks.release(ReleaseRequest.newBuilder().setLock("/cost").setToken(token).build());
  }

  private long newClient() {
    return ClientsGrpc.newBlockingStub(server.channel)
        .newClient(NewClientRequest.newBuilder().setTtlMs(600_000).build())
        .getClientId();
  }

  private static AcquireRequest acquireBy(long client) {
    return AcquireRequest.newBuilder().setLock("/cost").setClientId(client).build();
  }
}
