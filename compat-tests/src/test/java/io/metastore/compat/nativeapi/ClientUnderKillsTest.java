package io.metastore.compat.nativeapi;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.Entry;
import io.metastore.api.v1.Keys;
import io.metastore.client.Conditions;
import io.metastore.client.HeldLock;
import io.metastore.client.KeyValue;
import io.metastore.client.MetastoreClient;
import io.metastore.client.MetastoreException;
import io.metastore.client.OutcomeUnknownException;
import io.metastore.client.Session;
import io.metastore.client.Transaction;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sessions, locks and transactions on three members whose leader is killed repeatedly. */
class ClientUnderKillsTest {
  private static final int WORKERS = 4;
  private static final int KILLS = 2;
  private static ClusterProcesses cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = ClusterProcesses.three(ClientUnderKillsTest.class);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void exclusiveLockHasOneHolderAndOnlyItsFencedWritesSucceed() throws Exception {
    AtomicReference<String> holder = new AtomicReference<>();
    List<Long> tokens = new CopyOnWriteArrayList<>();
    AtomicInteger added = new AtomicInteger();
    AtomicInteger unknown = new AtomicInteger();
    work(
        "locker",
        tokens::size,
        (client, name) -> {
          try (Session session = client.newSession(Duration.ofSeconds(20), name);
              HeldLock lock = session.lock("/locks/one").acquire()) {
            if (lock.isSurelyHeld()) {
              assertThat(holder.getAndSet(name)).as("holder beside " + name).isNull();
            }
            try {
              addOne(client.keyValue(), lock);
              added.incrementAndGet();
            } catch (OutcomeUnknownException e) {
              unknown.incrementAndGet();
            } finally {
              tokens.add(lock.token());
              holder.compareAndSet(name, null); // before the release
            }
          }
        });
    assertThat(tokens).as("tokens grow from holder to holder").isSorted().doesNotHaveDuplicates();
    try (MetastoreClient client = client(0)) {
      long counted = number(client.keyValue().find("/locks-count"));
      assertThat(counted).isBetween((long) added.get(), (long) added.get() + unknown.get());
    }
  }

  @Test
  void transactionsAreSerializable() throws Exception {
    try (MetastoreClient client = client(0)) {
      for (int i = 0; i < WORKERS; i++) {
        client.keyValue().put("/accounts/" + i, "100");
      }
    }
    AtomicInteger moved = new AtomicInteger();
    work(
        "mover",
        moved::get,
        (client, name) -> {
          int from = moved.get() % WORKERS;
          client
              .transactions()
              .run(
                  tx -> {
                    // Reads all accounts, so that the sum is right only if the transactions are
                    // serializable.
                    long sum = 0;
                    for (Entry entry : tx.read(keysBelow("/accounts"))) {
                      sum += number(entry);
                    }
                    assertThat(sum).as("sum at " + tx.revision()).isEqualTo(100L * WORKERS);
                    move(tx, from, (from + 1) % WORKERS);
                    return sum;
                  });
          moved.incrementAndGet();
        });
    try (MetastoreClient client = client(0)) {
      long sum = 0;
      for (Entry entry : client.keyValue().read(keysBelow("/accounts"))) {
        sum += number(entry);
      }
      assertThat(sum).isEqualTo(100L * WORKERS);
    }
  }

  private static void move(Transaction tx, int from, int to) throws InterruptedException {
    tx.put("/accounts/" + from, Long.toString(number(tx.get("/accounts/" + from)) - 1));
    tx.put("/accounts/" + to, Long.toString(number(tx.get("/accounts/" + to)) + 1));
  }

  private static void addOne(KeyValue kv, HeldLock lock) throws InterruptedException {
    Entry before = kv.find("/locks-count");
    kv.put("/locks-count", Long.toString(number(before) + 1), lock.fence());
  }

  private static Keys keysBelow(String directory) {
    return Conditions.subtree(directory);
  }

  private static long number(@Nullable Entry entry) {
    return entry == null ? 0 : Long.parseLong(entry.getValue().toStringUtf8());
  }

  private interface Step {
    void run(MetastoreClient client, String name) throws InterruptedException;
  }

  private interface Progress {
    int steps();
  }

  /** Repeats a step in several clients while leaders are killed. */
  private static void work(String label, Progress progress, Step step) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Throwable> wrong = new CopyOnWriteArrayList<>();
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      int number = i;
      Thread worker =
          new Thread(() -> repeat(label + number, client(number), over, wrong, step), label + i);
      worker.start();
      workers.add(worker);
    }
    try {
      for (int i = 0; i < KILLS; i++) {
        awaitSteps(progress, wrong);
        ServerProcess leader = cluster.leader();
        leader.kill();
        cluster.others(leader).get(0).awaitReady();
        awaitSteps(progress, wrong);
        leader.start();
        leader.awaitReady();
      }
      awaitSteps(progress, wrong);
    } finally {
      over.set(true);
      for (Thread worker : workers) {
        worker.join(Await.PATIENCE.toMillis());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static void awaitSteps(Progress progress, List<Throwable> wrong)
      throws InterruptedException {
    int goal = progress.steps() + 10;
    Await.until(goal + " steps", () -> !wrong.isEmpty() || progress.steps() >= goal);
  }

  private static void repeat(
      String name, MetastoreClient client, AtomicBoolean over, List<Throwable> wrong, Step step) {
    try (client) {
      while (!over.get() && wrong.isEmpty()) {
        try {
          step.run(client, name);
        } catch (MetastoreException e) {
          // Calls may fail while there is no leader; their effects must still be correct.
        }
      }
    } catch (Throwable e) {
      wrong.add(e);
    }
  }

  private static MetastoreClient client(int first) {
    List<String> endpoints = new ArrayList<>();
    for (int i = 0; i < cluster.members().size(); i++) {
      ServerProcess member = cluster.members().get((first + i) % cluster.members().size());
      endpoints.add("127.0.0.1:" + requireNonNull(member).clientPort());
    }
    return MetastoreClient.builder().endpoints(endpoints.toArray(String[]::new)).build();
  }
}
