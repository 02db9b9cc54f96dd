package io.metastore.compat.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Clients that put increasing values and record the acknowledged ones.
 *
 * <p>Client n writes {@code 0, 1, 2 …} to the key {@code prefix + n}, each value once: after an
 * error the outcome is unknown, and the value is not sent again. The version of a key therefore
 * shows how many of its puts took effect.
 */
final class WriteLoad implements AutoCloseable {
  /** An acknowledged put. */
  record Acknowledged(String key, long value, long revision) {}

  private static final long DEADLINE_S = 10;

  private final List<Thread> clients = new ArrayList<>();
  private final Map<Long, Acknowledged> byRevision = new ConcurrentHashMap<>();
  private final Map<String, Long> lastTried = new ConcurrentHashMap<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile boolean stopped;
  private volatile @Nullable Throwable wrong;

  private WriteLoad() {}

  /** Starts the clients; client n writes to the n-th of {@code members}, round-robin. */
  static WriteLoad start(List<ServerProcess> members, String prefix, int clientCount) {
    WriteLoad load = new WriteLoad();
    for (int n = 0; n < clientCount; n++) {
      ManagedChannel channel = members.get(n % members.size()).channel();
      load.startClient(prefix + n, errors -> channel);
    }
    return load;
  }

  /**
   * Starts clients that go on to another member after each error.
   *
   * @param members may change meanwhile; never empty
   */
  static WriteLoad roaming(
      CopyOnWriteArrayList<ServerProcess> members, String prefix, int clientCount) {
    WriteLoad load = new WriteLoad();
    for (int n = 0; n < clientCount; n++) {
      int first = n;
      load.startClient(
          prefix + n,
          errors -> {
            List<ServerProcess> now = List.copyOf(members);
            return now.get((first + errors) % now.size()).channel();
          });
    }
    return load;
  }

  /**
   * @param channels the channel to use after this many errors
   */
  private void startClient(String key, IntFunction<ManagedChannel> channels) {
    Thread client = new Thread(() -> write(channels, key), "load-" + key);
    client.setDaemon(true);
    clients.add(client);
    client.start();
  }

  long acknowledgedCount() {
    return acknowledged.get();
  }

  /** Waits until this many more puts have been acknowledged. */
  void awaitMore(long count) throws InterruptedException {
    long goal = acknowledged.get() + count;
    Await.until(goal + " acknowledged puts", () -> acknowledged.get() >= goal);
  }

  /** The acknowledged puts by revision. */
  Map<Long, Acknowledged> byRevision() {
    return Map.copyOf(byRevision);
  }

  /** The highest value that was sent for a key, acknowledged or not. */
  long lastTried(String key) {
    return lastTried.getOrDefault(key, -1L);
  }

  private void write(IntFunction<ManagedChannel> channels, String key) {
    long lastRevision = 0;
    int errors = 0;
    try {
      for (long value = 0; !stopped; value++) {
        lastTried.put(key, value);
        long revision = put(channels.apply(errors), key, value, lastRevision);
        errors += revision == 0 ? 1 : 0;
        lastRevision = Math.max(lastRevision, revision);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | AssertionError e) {
      wrong = e;
    }
  }

  /** Puts a value and returns the revision; 0 if the outcome is unknown. */
  private long put(ManagedChannel channel, String key, long value, long lastRevision)
      throws InterruptedException {
    PutRequest request =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8(Long.toString(value)))
            .build();
    PutResponse response;
    try {
      response =
          KVGrpc.newBlockingStub(channel)
              .withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS)
              .put(request);
    } catch (StatusRuntimeException unknown) {
      channel.resetConnectBackoff();
      Thread.sleep(20); // a server that is down refuses at once
      return 0;
    }
    long revision = response.getHeader().getRevision();
    assertThat(revision).as("revision of %s=%s", key, value).isGreaterThan(lastRevision);
    Acknowledged before = byRevision.put(revision, new Acknowledged(key, value, revision));
    assertThat(before).as("two puts with revision %s", revision).isNull();
    acknowledged.incrementAndGet();
    return revision;
  }

  /** Stops the clients after their running puts, and fails if one of them observed a violation. */
  void stop() throws InterruptedException {
    stopped = true;
    for (Thread client : clients) {
      client.join();
    }
    if (wrong != null) {
      throw new AssertionError("a client saw what must not be", wrong);
    }
  }

  /** Stops the clients after a failed test. */
  @Override
  public void close() {
    stopped = true;
  }

  static String utf8(ByteString bytes) {
    return bytes.toString(UTF_8);
  }
}
