package io.metastore.bench.znode;

import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.JavaHeap;
import io.metastore.bench.server.ServerKind;
import io.metastore.bench.server.ServerMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** Runs one case on one cluster. Used once, by one thread. */
final class ScaleRun {
  /** The generator's sessions when it creates and changes nodes. */
  private static final int WORKERS = 10;

  private static final int WATCHING_SESSIONS_MIN = 100;
  private static final int WATCHES_IN_FLIGHT = 100;
  private static final int CONNECTS_IN_FLIGHT = 100;
  private static final Duration PING_INTERVAL = Duration.ofMillis(Sessions.TIMEOUT_MS / 4);
  private static final int PART = 50_000;
  private static final int NODES_PER_PARENT = 1000;
  private static final int ANY_VERSION = -1;
  private static final double KIBIBYTE = 1024;

  private final ServerKind kind;
  private final Cluster cluster;
  private final ScaleCase work;
  private final Duration idle;
  private final byte[] data;
  private final Consumer<String> progress;
  private final ServerMeter meter;
  private final Map<String, Double> figures = new LinkedHashMap<>();

  ScaleRun(
      ServerKind kind,
      Cluster cluster,
      ScaleCase work,
      Duration idle,
      int dataBytes,
      Consumer<String> progress) {
    this.kind = kind;
    this.cluster = cluster;
    this.work = work;
    this.idle = idle;
    this.data = Operations.randomBytes(dataBytes);
    this.progress = progress;
    this.meter = new ServerMeter(cluster.pids());
  }

  /**
   * Runs to the end.
   *
   * @throws IllegalStateException if the server fails
   */
  ScaleResult run() throws InterruptedException {
    try {
      switch (work.kind()) {
        case IDLE -> idle();
        case WATCHES -> watches();
        case CHILDREN -> children();
        case RESTART -> restart();
      }
    } catch (KeeperException e) {
      throw new IllegalStateException("a request failed", e);
    }
    return new ScaleResult(kind.name(), cluster.endpoints().size(), work.toString(), figures);
  }

  // --- idle sessions ----------------------------------------------------------------------------

  private void idle() throws InterruptedException {
    // A first session makes the server load and allocate what it needs for any number of them.
    List<RawSession> first = open(1);
    long liveBefore = liveBytes();
    long rssBefore = meter.rssBytes();
    long startNanos = System.nanoTime();
    List<RawSession> sessions = open(work.count());
    figures.put("connects/s", work.count() / secondsSince(startNanos));
    pingAll(sessions);
    figures.put("RSS per session KiB", (meter.rssBytes() - rssBefore) / KIBIBYTE / work.count());
    figures.put("live heap per session KiB", (liveBytes() - liveBefore) / KIBIBYTE / work.count());
    long entriesBefore = kind.logEntries(cluster.members());
    meter.start();
    long end = System.nanoTime() + idle.toNanos();
    while (System.nanoTime() < end) {
      pingAll(sessions);
      TimeUnit.MILLISECONDS.sleep(PING_INTERVAL.toMillis());
    }
    figures.put("log entries", (double) kind.logEntries(cluster.members()) - entriesBefore);
    figures.put("server CPU s", meter.stop(1).cpuSeconds());
    close(sessions);
    close(first);
  }

  private static void pingAll(List<RawSession> sessions) {
    sessions.forEach(RawSession::ping);
  }

  private long liveBytes() throws InterruptedException {
    long live = 0;
    for (long pid : cluster.pids()) {
      live += JavaHeap.liveBytes(pid).orElse(0);
    }
    return live;
  }

  // --- watches ----------------------------------------------------------------------------------

  private void watches() throws InterruptedException, KeeperException {
    try (Sessions workers = new Sessions(cluster.endpoints(), WORKERS)) {
      createRoot(workers);
      creations(workers).create(Operations::path, 0, work.nodes());
      // A session can watch a node only once.
      int watchesPerNode = work.count() / work.nodes();
      List<RawSession> sessions = open(Math.max(WATCHING_SESSIONS_MIN, watchesPerNode));
      int each = work.count() / sessions.size();
      long startNanos = System.nanoTime();
      for (int s = 0; s < sessions.size(); s++) {
        watch(sessions.get(s), s * each % work.nodes(), each);
      }
      figures.put("watches set/s", work.count() / secondsSince(startNanos));
      progress.accept("  watches are set");
      startNanos = System.nanoTime();
      CountDownLatch changed = new CountDownLatch(work.nodes());
      for (int i = 0; i < work.nodes(); i++) {
        workers
            .of(i)
            .setData(
                Operations.path(i),
                data,
                ANY_VERSION,
                (code, path, context, stat) -> changed.countDown(),
                null);
      }
      sessions.forEach(session -> session.awaitEvents(each));
      figures.put("all fired after ms", secondsSince(startNanos) * 1e3);
      changed.await();
      close(sessions);
    }
  }

  private static void watch(RawSession session, int first, int count) {
    int sent = 0;
    for (int received = 0; received < count; received++) {
      for (; sent < count && sent - received < WATCHES_IN_FLIGHT; sent++) {
        session.sendWatch(Operations.path(first + sent));
      }
      session.receiveReply();
    }
  }

  // --- children ---------------------------------------------------------------------------------

  private void children() throws InterruptedException, KeeperException {
    try (Sessions workers = new Sessions(cluster.endpoints(), WORKERS)) {
      createRoot(workers);
      Creations creations = creations(workers);
      for (int done = 0; done < work.count(); done += PART) {
        int end = Math.min(work.count(), done + PART);
        long startNanos = System.nanoTime();
        creations.create(Operations::path, done, end);
        double rate = (end - done) / secondsSince(startNanos);
        progress.accept("  %,d children, %,.0f creates/s".formatted(end, rate));
        // The first part is also the warm-up of the JVM.
        if (done == PART || end == work.count()) {
          figures.put("creates/s up to %,d children".formatted(end), rate);
        }
      }
      figures.put("peak RSS MiB", meter.peakRssBytes() / KIBIBYTE / KIBIBYTE);
    }
  }

  // --- restart ----------------------------------------------------------------------------------

  private void restart() throws InterruptedException, KeeperException {
    try (Sessions workers = new Sessions(cluster.endpoints(), WORKERS)) {
      createRoot(workers);
      Creations creations = creations(workers);
      int parents = (work.count() + NODES_PER_PARENT - 1) / NODES_PER_PARENT;
      creations.create(ScaleRun::parent, 0, parents);
      for (int done = 0; done < work.count(); done += PART) {
        int end = Math.min(work.count(), done + PART);
        creations.create(
            i -> parent(i / NODES_PER_PARENT) + "/node-" + i % NODES_PER_PARENT, done, end);
        progress.accept("  %,d nodes".formatted(end));
      }
    }
    figures.put("RSS before MiB", meter.rssBytes() / KIBIBYTE / KIBIBYTE);
    figures.put("restart to serving s", cluster.restartAndWait(0));
    figures.put("RSS after MiB", new ServerMeter(cluster.pids()).rssBytes() / KIBIBYTE / KIBIBYTE);
  }

  private static String parent(int number) {
    return Operations.ROOT + "/parent-" + number;
  }

  // --- shared -----------------------------------------------------------------------------------

  private Creations creations(Sessions workers) {
    return new Creations(workers, new Operations(workers, work.nodes(), data.length));
  }

  private static void createRoot(Sessions workers) throws InterruptedException, KeeperException {
    ZooKeeper session = workers.of(0);
    session.create(Operations.ROOT, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    for (int i = 0; i < WORKERS; i++) {
      workers.of(i).sync(Operations.ROOT);
    }
  }

  private List<RawSession> open(int count) {
    List<Endpoint> endpoints = cluster.endpoints();
    List<RawSession> sessions = new ArrayList<>(count);
    long pingedNanos = System.nanoTime();
    while (sessions.size() < count) {
      int first = sessions.size();
      for (int i = first; i < Math.min(count, first + CONNECTS_IN_FLIGHT); i++) {
        sessions.add(new RawSession(endpoints.get(i % endpoints.size())));
      }
      sessions.subList(first, sessions.size()).forEach(RawSession::awaitOpen);
      if (System.nanoTime() - pingedNanos > PING_INTERVAL.toNanos()) {
        pingAll(sessions);
        pingedNanos = System.nanoTime();
      }
    }
    return sessions;
  }

  private static void close(List<RawSession> sessions) {
    sessions.forEach(RawSession::close);
  }

  private static double secondsSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
