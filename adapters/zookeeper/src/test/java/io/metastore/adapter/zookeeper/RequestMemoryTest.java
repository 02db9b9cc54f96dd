package io.metastore.adapter.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.apache.jute.Record;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.proto.CheckVersionRequest;
import org.apache.zookeeper.proto.GetDataRequest;
import org.apache.zookeeper.proto.MultiHeader;
import org.apache.zookeeper.proto.RequestHeader;
import org.apache.zookeeper.proto.SetDataRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send more than there is memory for, with a store whose answers can be held back. */
class RequestMemoryTest {
  /** A request of one megabyte on the wire. */
  private static final int CHECKS = 55_000;

  /** Each takes at least a reference, its operation and its path in memory. */
  private static final long CHECKS_BYTES = CHECKS * 100L;

  private static final int EVENT_LOOPS = Math.max(2, Runtime.getRuntime().availableProcessors());

  @TempDir Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** Requests that the store has not got. Guarded by itself, like the field below. */
  private final List<Runnable> held = new ArrayList<>();

  private boolean released;
  private final Semaphore arrived = new Semaphore(0);
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.over(directory, this::holdingBack);
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
    server.close();
  }

  @Test
  void requestsOfAllConnectionsTogetherTakeABoundedPartOfTheHeap() throws Exception {
    long memory = Runtime.getRuntime().maxMemory() / 8;
    int fits = (int) (memory / CHECKS_BYTES) + EVENT_LOOPS;
    int clients = 2 * fits;
    CountDownLatch sent = new CountDownLatch(clients);
    List<Future<Integer>> errors = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Callable<Integer> session =
          () -> {
            try (RawClient client = new RawClient(server.port())) {
              client.send(checks());
              sent.countDown();
              RawClient.Packet reply = client.receive();
              return reply == null ? Code.CONNECTIONLOSS.intValue() : reply.header().getErr();
            }
          };
      errors.add(threads.submit(session));
    }
    sent.await();
    for (int i = 0; i < 2 * EVENT_LOOPS; i++) {
      try (TestClient small = server.connect()) {
        small.create("/small" + i);
      }
    }
    assertThat(arrived.availablePermits()).isPositive().isLessThanOrEqualTo(fits);
    release();
    for (Future<Integer> error : errors) {
      assertThat(error.get()).isZero();
    }
  }

  @Test
  void aClientThatReadsNoAnswersDoesNotKeepMemoryThatOthersNeed() throws Exception {
    release();
    try (TestClient other = server.connect()) {
      other.create("/large", "x".repeat(1_000_000), CreateMode.PERSISTENT);
    }
    long memory = Runtime.getRuntime().maxMemory() / 8;
    int answersOfClientsMax = 50;
    List<RawClient> deaf = new ArrayList<>();
    for (long taken = 0; taken <= memory; taken += CHECKS_BYTES) {
      RawClient client = new RawClient(server.port());
      deaf.add(client);
      for (int i = 0; i < answersOfClientsMax; i++) {
        client.send(packet(OpCode.getData, new GetDataRequest("/large", false)));
      }
      client.send(checks());
    }
    try (RawClient client = new RawClient(server.port())) {
      client.send(checks());
      RawClient.Packet reply = client.receive();
      assertThat(reply).isNotNull();
      assertThat(reply.header().getErr()).isZero();
    }
    for (RawClient client : deaf) {
      client.close();
    }
  }

  @Test
  void aClientIsNotReadWhileItsRequestsWait() throws Exception {
    int requests = 5000;
    try (RawClient client = new RawClient(server.port());
        TestClient other = server.connect()) {
      other.create("/a");
      Callable<Void> sending =
          () -> {
            for (int i = 0; i < requests; i++) {
              client.send(packet(OpCode.setData, new SetDataRequest("/a", new byte[100], i)));
            }
            return null;
          };
      Future<Void> sent = threads.submit(sending);
      arrived.acquire(1000);
      sent.get();
      other.create("/b");
      assertThat(arrived.availablePermits()).isZero();
      release();
      for (int i = 0; i < requests; i++) {
        RawClient.Packet reply = client.receive();
        assertThat(reply).isNotNull();
        assertThat(reply.header().getErr()).isZero();
      }
    }
  }

  /** A multi of many tiny operations. */
  private static ByteBuffer checks() throws IOException {
    Record[] parts = new Record[2 * CHECKS + 1];
    for (int i = 0; i < CHECKS; i++) {
      parts[2 * i] = new MultiHeader(OpCode.check, false, -1);
      parts[2 * i + 1] = new CheckVersionRequest("/", -1);
    }
    parts[2 * CHECKS] = new MultiHeader(-1, true, -1);
    return packet(OpCode.multi, parts);
  }

  private static ByteBuffer packet(int type, Record... body) throws IOException {
    Record[] all = new Record[body.length + 1];
    all[0] = new RequestHeader(1, type);
    System.arraycopy(body, 0, all, 1, body.length);
    return ByteBuffer.wrap(RawClient.encode(all));
  }

  /** A store that gets the requests of {@link RawClient} only when they are released. */
  private Metastore holdingBack(Metastore store) {
    return (Metastore)
        Proxy.newProxyInstance(
            Metastore.class.getClassLoader(),
            new Class<?>[] {Metastore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("submit") && isHeld((Command) arguments[0])) {
                return submit(store, (Command) arguments[0]);
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private CompletableFuture<Outcome> submit(Metastore store, Command command) {
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    synchronized (held) {
      if (released) {
        return store.submit(command);
      }
      held.add(
          () -> {
            var unused = store.submit(command).thenAccept(answer::complete);
          });
      arrived.release();
    }
    return answer;
  }

  private void release() {
    synchronized (held) {
      released = true;
      held.forEach(Runnable::run);
    }
  }

  private static boolean isHeld(Command command) {
    return command.hasTreeChange() && !command.getTreeChange().getOps(0).hasCreate();
  }
}
