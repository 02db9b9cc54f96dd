package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.Place;
import io.metastore.client.HeldLock;
import io.metastore.client.MetastoreClient;
import io.metastore.client.Session;
import io.metastore.client.SessionState;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A caller that waits for a lock, loses its member, and does not call again. */
class AbandonedPlaceTest {
  private static final Duration TTL = Duration.ofSeconds(60);
  private static ClusterProcesses cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = ClusterProcesses.three(AbandonedPlaceTest.class);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void placeIsWithdrawnWhenTheLeaderThatServedItRestarts() throws Exception {
    placeGoesWhenItsMemberDied("/locks/leader", ClusterProcesses::leader);
  }

  @Test
  void placeIsWithdrawnWhenTheFollowerThatServedItRestarts() throws Exception {
    placeGoesWhenItsMemberDied(
        "/locks/follower", members -> members.others(members.leader()).get(0));
  }

  private interface Choice {
    ServerProcess of(ClusterProcesses members) throws InterruptedException;
  }

  private static void placeGoesWhenItsMemberDied(String lock, Choice choice) throws Exception {
    String[] all =
        cluster.members().stream()
            .map(member -> "127.0.0.1:" + member.clientPort())
            .toArray(String[]::new);
    try (MetastoreClient client = MetastoreClient.builder().endpoints(all).build();
        Session holder = client.newSession(TTL, "holder");
        Session waiter = client.newSession(TTL, "waiter");
        HeldLock held = holder.lock(lock).acquire()) {
      ServerProcess member = choice.of(cluster);
      CompletableFuture<AcquireResponse> waiting = new CompletableFuture<>();
      LocksGrpc.newStub(member.channel())
          .acquire(
              AcquireRequest.newBuilder().setLock(lock).setClientId(waiter.id()).build(),
              into(waiting));
      Await.until("a place waits", () -> owners(client, lock).contains(waiter.id()));
      member.kill();
      member.start();
      member.awaitReady();
      Await.until("its place is gone", () -> !owners(client, lock).contains(waiter.id()));
      assertThat(waiting).isCompletedExceptionally();
      assertThat(owners(client, lock)).containsExactly(holder.id());
      assertThat(waiter.state()).isNotEqualTo(SessionState.LOST);
      assertThat(client.locks().validate(held.sequencer())).isTrue();
    }
  }

  private static List<Long> owners(MetastoreClient client, String lock)
      throws InterruptedException {
    return client.locks().query(lock).getPlacesList().stream().map(Place::getClientId).toList();
  }

  private static <T> StreamObserver<T> into(CompletableFuture<T> future) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T answer) {
        future.complete(answer);
      }

      @Override
      public void onError(Throwable failure) {
        future.completeExceptionally(failure);
      }

      @Override
      public void onCompleted() {}
    };
  }
}
