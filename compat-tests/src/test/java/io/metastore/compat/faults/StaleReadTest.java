package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A leader that was paused does not know that there is another leader. Its linearizable reads must
 * find out.
 *
 * <p>Ratis' own reads do not: hundreds of thousands were stale when this was measured.
 */
class StaleReadTest {
  private static final String KEY = "counter";
  private static final int READERS = 4;
  private static final int ROUNDS = 2;

  /** The number of puts while the old leader is paused, and again after it has resumed. */
  private static final long PUTS = 200;

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong reads = new AtomicLong();
  private volatile boolean stopped;
  private volatile @Nullable Throwable wrong;

  @Test
  void pausedLeaderServesNoStaleReads() throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.three(StaleReadTest.class)) {
      for (int round = 0; round < ROUNDS; round++) {
        ServerProcess asleep = cluster.leader();
        stopped = false;
        List<Thread> threads = new ArrayList<>();
        threads.add(start("writer", () -> write(cluster.others(asleep))));
        awaitPuts();
        asleep.pause();
        // These reads are waiting when the leader resumes: the kernel kept them for it.
        for (int i = 0; i < READERS; i++) {
          threads.add(start("reader", () -> read(asleep)));
        }
        awaitPuts();
        asleep.resume();
        long before = reads.get();
        awaitPuts();
        Await.until("reads from the old leader", () -> reads.get() > before);
        stopped = true;
        for (Thread thread : threads) {
          thread.join();
        }
        assertThat(wrong).isNull();
      }
    }
  }

  private void awaitPuts() throws InterruptedException {
    long goal = acknowledged.get() + PUTS;
    Await.until(goal + " acknowledged puts", () -> wrong != null || acknowledged.get() >= goal);
  }

  /** Puts 1, 2, 3 and so on. After a put with unknown outcome, the next value is used. */
  private void write(List<ServerProcess> members) {
    long value = acknowledged.get();
    while (!stopped) {
      value++;
      ServerProcess member = members.get((int) (value % members.size()));
      PutRequest put =
          PutRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8(KEY))
              .setValue(ByteString.copyFromUtf8(Long.toString(value)))
              .build();
      try {
        stub(member, 2).put(put);
        acknowledged.set(value);
      } catch (StatusRuntimeException unknown) {
        // While the leader is paused, nothing is acknowledged until there is another one.
      }
    }
  }

  private void read(ServerProcess member) {
    RangeRequest read = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(KEY)).build();
    while (!stopped) {
      long atLeast = acknowledged.get();
      RangeResponse response;
      try {
        response = stub(member, 10).range(read);
      } catch (StatusRuntimeException refused) {
        continue;
      }
      reads.incrementAndGet();
      long found = Long.parseLong(WriteLoad.utf8(response.getKvs(0).getValue()));
      if (found < atLeast) {
        wrong = new AssertionError("read " + found + " after " + atLeast + " was acknowledged");
        return;
      }
    }
  }

  private static KVGrpc.KVBlockingStub stub(ServerProcess member, int deadlineS) {
    return KVGrpc.newBlockingStub(member.channel()).withDeadlineAfter(deadlineS, TimeUnit.SECONDS);
  }

  private static Thread start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
