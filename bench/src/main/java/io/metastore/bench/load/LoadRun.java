package io.metastore.bench.load;

import com.sun.management.OperatingSystemMXBean;
import io.grpc.Channel;
import io.metastore.bench.report.Deliveries;
import io.metastore.bench.report.Latency;
import io.metastore.bench.report.Result;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerMeter;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One run: prepare, warm up, measure, stop.
 *
 * <p>Used once, by one thread, which waits while the event loops work.
 */
public final class LoadRun {
  /** The prefix of all keys. They are paths, so that Metastore's native API can read them, too. */
  private static final String KEY_PREFIX = "/bench/";

  // Few clients and single puts: etcd 3.4 copies its write buffer for every read, and the buffer
  // keeps the largest size that it ever had, so a fast fill would slow down its reads.
  private static final int FILL_CLIENTS = 2;

  private static final long LEASE_TTL_SECONDS = 3600;
  private static final long DELIVERY_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Duration NO_END = Duration.ofDays(365);

  private final LoadSpec spec;
  private final ServerMeter servers;
  private final Consumer<String> progress;
  private final KeySpace keys;
  private final Requests requests;
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /**
   * Prepares a run.
   *
   * @param servers the processes whose CPU time and memory are measured
   * @param progress receives a line of text about once a second
   */
  public LoadRun(LoadSpec spec, ServerMeter servers, Consumer<String> progress) {
    this.spec = spec;
    this.servers = servers;
    this.progress = progress;
    long keyCount = spec.workload() == Workload.WATCH ? spec.watch().watchers() + 2L : spec.keys();
    this.keys = new KeySpace(KEY_PREFIX, spec.keyBytes(), keyCount);
    this.requests = new Requests(spec, keys);
  }

  /**
   * Runs to the end.
   *
   * @throws IllegalStateException if the servers do not do what the workload needs
   * @throws io.grpc.StatusRuntimeException if a call of the preparation fails
   */
  public Result run() throws InterruptedException {
    List<Endpoint> targets =
        switch (spec.target()) {
          case ALL -> spec.endpoints();
          case LEADER -> List.of(Connections.findLeader(spec.endpoints(), spec.access()));
          case FOLLOWERS -> followers();
        };
    try (Connections connections =
        Connections.open(
            targets, spec.connections(), spec.eventLoops(), spec.transport(), spec.access())) {
      if (spec.fill() && spec.workload().readsExistingKeys()) {
        fill(connections);
      }
      if (spec.workload() != Workload.WATCH) {
        return measure(connections, targets, null);
      }
      Tally deliveries = new Tally();
      WatchFan fan = new WatchFan(spec.watch(), keys, deliveries);
      fan.begin(connections);
      Result result = measure(connections, targets, new Watching(fan, deliveries));
      fan.end();
      return result;
    }
  }

  private List<Endpoint> followers() {
    List<Endpoint> followers = new ArrayList<>(spec.endpoints());
    followers.remove(Connections.findLeader(spec.endpoints(), spec.access()));
    if (followers.isEmpty()) {
      throw new IllegalStateException("the only endpoint is the leader; there are no followers");
    }
    return followers;
  }

  private Result measure(
      Connections connections, List<Endpoint> targets, @Nullable Watching watching)
      throws InterruptedException {
    try (Pace pace = new Pace(spec.rate())) {
      return measure(connections, pace, targets, watching);
    }
  }

  private Result measure(
      Connections connections, Pace pace, List<Endpoint> targets, @Nullable Watching watching)
      throws InterruptedException {
    ClientLoop loop = loop(connections, pace);
    Window all = new Window();
    loop.begin();
    if (!spec.workload().endsByItself()) {
      pass("warm-up", loop, spec.warmUp(), all);
    }

    servers.resetPeakRss();
    if (watching != null) {
      watching.forget();
    }
    servers.start();
    long cpuNanos = system.getProcessCpuTime();
    Window measured = new Window();
    pass("measure", loop, spec.workload().endsByItself() ? NO_END : spec.duration(), measured);
    double seconds = measured.seconds();
    cpuNanos = system.getProcessCpuTime() - cpuNanos;
    long operations = measured.latencies.getTotalCount() * operationsPerRequest();
    var usage = servers.isEmpty() ? null : servers.stop(operations);

    loop.end();
    all.take(measured);
    all.take(loop.tally());
    Deliveries deliveries =
        watching == null ? null : watching.result(all.latencies.getTotalCount());
    SortedMap<String, Long> errors = loop.tally().drainErrors();
    if (watching != null) {
      watching.tally().drainErrors().forEach((code, count) -> errors.merge(code, count, Long::sum));
    }
    return new Result(
        spec.workload().label(),
        targets.stream().map(Endpoint::toString).toList(),
        spec.clients(),
        spec.connections(),
        keys.count(),
        spec.keyBytes(),
        spec.valueBytes(),
        seconds,
        operations,
        operations / seconds,
        Latency.of(measured.latencies),
        errors,
        operations == 0 ? 0 : cpuNanos / 1e3 / operations,
        usage,
        deliveries);
  }

  /**
   * Lets the loop run for {@code time}, or until its work is done, and reports progress each
   * second.
   */
  private void pass(String phase, ClientLoop loop, Duration time, Window window)
      throws InterruptedException {
    long deadline = window.startNanos + time.toNanos();
    boolean ended = false;
    while (!ended && System.nanoTime() < deadline) {
      ended = loop.awaitEnd(Math.min(TICK_NANOS, Math.max(0, deadline - System.nanoTime())));
      Histogram tick = window.take(loop.tally());
      progress.accept(progressLine(phase, window, tick));
    }
    window.endNanos = System.nanoTime();
  }

  private String progressLine(String phase, Window window, Histogram tick) {
    Latency latency = Latency.of(tick);
    long all = window.latencies.getTotalCount() * operationsPerRequest();
    return String.format(
        Locale.ROOT,
        "%s %s %4.0f s  %,9d op/s  p50 %.2f ms  p99 %.2f ms  %,d done",
        spec.workload().label(),
        phase,
        (System.nanoTime() - window.startNanos) / 1e9,
        tick.getTotalCount() * operationsPerRequest(),
        latency.p50Micros() / 1e3,
        latency.p99Micros() / 1e3,
        all);
  }

  private ClientLoop loop(Connections connections, Pace pace) {
    return switch (spec.workload()) {
      case LEASE_KEEPALIVE ->
          new ClientLoop(
              spec.clients(),
              spec.total(),
              connections.pause(),
              pace,
              (loop, i) -> keepAliveClient(loop, connections.of(i)));
      case LOAD ->
          unaryLoop(Workload.LOAD, spec.clients(), requests.batchCount(), connections, pace);
      case FILL -> unaryLoop(Workload.FILL, spec.clients(), keys.count(), connections, pace);
      default -> unaryLoop(spec.workload(), spec.clients(), spec.total(), connections, pace);
    };
  }

  private ClientLoop unaryLoop(
      Workload workload, int clients, long limit, Connections connections, Pace pace) {
    return new ClientLoop(
        clients,
        limit,
        connections.pause(),
        pace,
        (loop, i) ->
            new UnaryClient(
                connections.calls(i),
                Requests.method(workload),
                requests.source(workload, i),
                loop));
  }

  private static LogicalClient keepAliveClient(ClientLoop loop, Channel channel) {
    long lease =
        LeaseGrpc.newBlockingStub(channel)
            .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(LEASE_TTL_SECONDS).build())
            .getID();
    return new KeepAliveClient(channel, lease, loop);
  }

  /** Writes every key once, so that reads find them. */
  private void fill(Connections connections) throws InterruptedException {
    progress.accept("writing " + keys.count() + " keys");
    ClientLoop loop;
    try (Pace pace = new Pace(0)) {
      loop = unaryLoop(Workload.FILL, FILL_CLIENTS, keys.count(), connections, pace);
      loop.begin();
      while (!loop.awaitEnd(TICK_NANOS)) {
        progress.accept("writing keys");
      }
    }
    SortedMap<String, Long> errors = loop.tally().drainErrors();
    if (!errors.isEmpty()) {
      throw new IllegalStateException("the keys could not be written: " + errors);
    }
    long found =
        KVGrpc.newBlockingStub(connections.of(0))
            .range(RangeRequest.newBuilder().setKey(keys.key(keys.count() - 1)).build())
            .getCount();
    if (found != 1) {
      throw new IllegalStateException("a key that was just written is not found");
    }
  }

  private int operationsPerRequest() {
    return spec.workload() == Workload.LOAD ? requests.batch() : 1;
  }

  /** The measurements between two moments. */
  private static final class Window {
    private final long startNanos = System.nanoTime();
    private final Histogram latencies = Tally.newHistogram();
    private long endNanos = startNanos;

    /** Adds the tally's measurements and returns only the added part. */
    Histogram take(Tally tally) {
      Histogram part = tally.drain();
      latencies.add(part);
      return part;
    }

    void take(Window other) {
      latencies.add(other.latencies);
    }

    double seconds() {
      return (endNanos - startNanos) / 1e9;
    }
  }

  /** The watchers of this run and their counters. */
  private record Watching(WatchFan fan, Tally tally) {

    /** Discards the delivery times so far, but not the number of events. */
    void forget() {
      tally.drain();
    }

    Deliveries result(long puts) throws InterruptedException {
      Latency latency = Latency.of(tally.drain());
      long expected = puts * fan.matching();
      long deadline = System.nanoTime() + DELIVERY_TIMEOUT_NANOS;
      while (fan.delivered() < expected && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      return new Deliveries(fan.watchers(), fan.matching(), expected, fan.delivered(), latency);
    }
  }
}
