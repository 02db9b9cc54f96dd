package io.metastore.compat.faults;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.get;
import static io.metastore.compat.jetcd.Jetcd.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.support.Observers;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.StatusRuntimeException;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** jetcd with three members, whose leader is killed and restarted during the test. */
class LeaderKillTest {
  private static final int KILLS = 2;
  private static final int CLIENTS = 6;
  private static ClusterProcesses cluster;
  private static Client client;

  @BeforeAll
  static void start() throws Exception {
    cluster = ClusterProcesses.three(LeaderKillTest.class);
    client = Client.builder().endpoints(cluster.endpoints()).build();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    cluster.close();
  }

  /**
   * While leaders are killed, a watcher sees each acknowledged put once and in order, a lease that
   * is kept alive outlives its leaders, and a lock has one holder at a time, in the order of their
   * keys.
   */
  @Test
  void watchesLeasesAndLocksSurviveTheirLeaders() throws Exception {
    List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
    WatchOption fromNow =
        WatchOption.builder()
            .isPrefix(true)
            .withRevision(get(client.getKVClient().get(bytes("x"))).getHeader().getRevision() + 1)
            .build();
    long kept = get(client.getLeaseClient().grant(10)).getID();
    PutOption onLease = PutOption.builder().withLeaseId(kept).build();
    long revision =
        get(client.getKVClient().put(bytes("kept"), bytes("v"), onLease)).getHeader().getRevision();
    try (Watch.Watcher watcher =
            client.getWatchClient().watch(bytes("kill/"), fromNow, r -> seen.addAll(Seen.all(r)));
        WriteLoad load = WriteLoad.start(cluster.members(), "kill/", CLIENTS);
        CloseableClient keeping =
            client
                .getLeaseClient()
                .keepAlive(kept, Observers.observer((LeaseKeepAliveResponse r) -> {}));
        Contenders contenders = new Contenders()) {
      for (int i = 0; i < KILLS; i++) {
        load.awaitMore(100);
        contenders.awaitGrants();
        killLeaderAnd(
            () -> {
              load.awaitMore(100);
              contenders.awaitGrants();
            });
      }
      contenders.stop();
      assertThat(found("kept")).extracting(KeyValue::getModRevision).containsExactly(revision);
      load.stop();
      History.of(cluster.leader(), "kill/").assertAgreesWith(load);
      assertAllSeen(seen, load.byRevision());
      assertThat(watcher.isClosed()).isFalse();
      assertThat(keeping).isNotNull();
    }
  }

  private static void assertAllSeen(List<Seen> seen, Map<Long, WriteLoad.Acknowledged> acknowledged)
      throws InterruptedException {
    long last = Collections.max(acknowledged.keySet());
    Await.until("events up to revision " + last, () -> revisions(seen).contains(last));
    assertThat(revisions(seen)).isSorted().doesNotHaveDuplicates();
    Map<Long, Seen> byRevision = new HashMap<>();
    List.copyOf(seen).forEach(event -> byRevision.put(event.revision, event));
    acknowledged.forEach(
        (revision, put) ->
            assertThat(byRevision.get(revision))
                .as("%s", put)
                .isEqualTo(new Seen(put.key(), Long.toString(put.value()), revision)));
  }

  /**
   * Clients that want the same lock. Each holder increments a common counter, which would reveal a
   * second holder; the revisions of the keys give the order.
   */
  private static final class Contenders implements AutoCloseable {
    private final AtomicInteger holders = new AtomicInteger();
    private final List<Long> granted = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> wrong = Collections.synchronizedList(new ArrayList<>());
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    Contenders() {
      for (int i = 0; i < 3; i++) {
        Thread thread = new Thread(this::contend, "contender-" + i);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
    }

    private void contend() {
      try {
        while (!stopped.get()) {
          holdOnce(holders, granted);
        }
      } catch (InterruptedException | RuntimeException | AssertionError e) {
        wrong.add(e);
      }
    }

    void awaitGrants() throws InterruptedException {
      int goal = granted.size() + 3;
      Await.until(goal + " grants", () -> !wrong.isEmpty() || granted.size() >= goal);
    }

    void stop() throws InterruptedException {
      stopped.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(wrong).isEmpty();
      assertThat(List.copyOf(granted)).isSorted().doesNotHaveDuplicates();
    }

    @Override
    public void close() {
      stopped.set(true);
    }
  }

  /**
   * Acquires the lock with a lease that outlives the test, so that nobody else can get the lock
   * before it is released.
   */
  private static void holdOnce(AtomicInteger holders, List<Long> granted)
      throws InterruptedException {
    long lease;
    ByteSequence key;
    long created;
    try {
      lease = get(client.getLeaseClient().grant(600)).getID();
    } catch (EtcdException | StatusRuntimeException noLeader) {
      return;
    }
    try {
      key = get(client.getLockClient().lock(bytes("lock"), lease)).getKey();
      created = get(client.getKVClient().get(key)).getKvs().get(0).getCreateRevision();
    } catch (EtcdException | StatusRuntimeException unknown) {
      endLease(lease); // the lock may be queued or held
      return;
    }
    assertThat(holders.incrementAndGet()).as("holders of the lock").isEqualTo(1);
    granted.add(created);
    holders.decrementAndGet();
    endLease(lease);
  }

  /** Retries until the lease has certainly ended. */
  private static void endLease(long lease) throws InterruptedException {
    while (true) {
      try {
        get(client.getLeaseClient().revoke(lease));
        return;
      } catch (EtcdException | StatusRuntimeException refused) {
        if (String.valueOf(refused.getMessage()).contains("requested lease not found")) {
          return;
        }
      }
    }
  }

  private static List<KeyValue> found(String key) throws InterruptedException {
    return get(client.getKVClient().get(bytes(key))).getKvs();
  }

  /** An action while one member is down. */
  private interface Meanwhile {
    void run() throws Exception;
  }

  private static void killLeaderAnd(Meanwhile meanwhile) throws Exception {
    ServerProcess leader = cluster.leader();
    leader.kill();
    cluster.others(leader).get(0).awaitReady();
    meanwhile.run();
    leader.start();
    leader.awaitReady();
  }

  private static List<Long> revisions(List<Seen> seen) {
    return List.copyOf(seen).stream().map(Seen::revision).toList();
  }

  /** A put as reported to the watcher. */
  private record Seen(String key, String value, long revision) {
    static List<Seen> all(WatchResponse response) {
      return response.getEvents().stream()
          .map(
              event ->
                  new Seen(
                      text(event.getKeyValue().getKey()),
                      text(event.getKeyValue().getValue()),
                      event.getKeyValue().getModRevision()))
          .toList();
    }
  }
}
