package io.metastore.bench.load;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.metastore.bench.load.LoadSpec.Target;
import io.metastore.bench.report.Deliveries;
import io.metastore.bench.report.Result;
import io.metastore.bench.report.Usage;
import io.metastore.bench.server.Access;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.Ports;
import io.metastore.bench.server.ServerMeter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the whole generator against a server in this JVM. Runs end after a number of operations. */
@ParameterizedClass
@EnumSource(Transport.class)
class LoadRunTest {
  private static final int CLIENTS = 20;
  private static final int TOTAL = 500;
  private static final int KEYS = 50;

  @Parameter Transport transport = Transport.LEAN;

  private final List<String> progress = Collections.synchronizedList(new ArrayList<>());

  @SuppressWarnings("NullAway.Init") // set before each test
  private FakeServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new FakeServer(true);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void everyPutIsSentOnceAndCounted() throws InterruptedException {
    Result result = run(Workload.PUT);

    assertThat(server.puts).hasValue(TOTAL);
    assertThat(result.operations()).isEqualTo(TOTAL);
    assertThat(result.errors()).isEmpty();
    assertThat(result.latency().maxMicros()).isPositive();
    assertThat(result.latency().p50Micros()).isLessThanOrEqualTo(result.latency().p99Micros());
    assertThat(server.stored)
        .hasSizeBetween(2, KEYS)
        .allSatisfy(
            (key, value) -> {
              assertThat(key.toStringUtf8()).matches("/bench/[0-9]{9}");
              assertThat(value.size()).isEqualTo(32);
            });
    assertThat(progress).isNotEmpty();
  }

  @Test
  void rangesReadKeysThatWereWrittenBefore() throws InterruptedException {
    Result result = run(Workload.RANGE);

    assertThat(server.stored).hasSize(KEYS);
    // One more range: the generator checks that the keys it wrote exist.
    assertThat(server.ranges).hasValue(TOTAL + 1);
    assertThat(server.serializableRanges).hasValue(0);
    assertThat(result.operations()).isEqualTo(TOTAL);
  }

  @Test
  void serializableRangesRequestThatConsistency() throws InterruptedException {
    run(Workload.RANGE_SERIALIZABLE);
    assertThat(server.serializableRanges).hasValue(TOTAL);
  }

  @Test
  void aQuarterOfTheTransactionsOnlyRead() throws InterruptedException {
    Result result = run(Workload.TXN);

    assertThat(result.operations()).isEqualTo(TOTAL);
    assertThat(server.transactions).hasValue(TOTAL);
    // The seed is fixed, so this number is fixed, too; the bounds allow another random generator.
    assertThat(server.readOnlyTransactions.get()).isBetween(TOTAL / 8, TOTAL / 2);
  }

  @Test
  void aLoadWritesEveryKeyInFewTransactions() throws InterruptedException {
    Result result = run(Workload.LOAD);

    assertThat(server.stored).hasSize(KEYS);
    assertThat(server.transactions).hasValue(8);
    assertThat(result.operations()).isEqualTo(8 * 7);
  }

  @Test
  void everyClientKeepsItsOwnLeaseAlive() throws InterruptedException {
    Result result = run(Workload.LEASE_KEEPALIVE);

    assertThat(result.operations()).isEqualTo(TOTAL);
    assertThat(server.keepAlives).hasValue(TOTAL);
    assertThat(server.keptAlive).hasSize(CLIENTS);
  }

  @ParameterizedTest
  @EnumSource
  void onlyMatchingWatchersGetEvents(WatchSpec.Shape shape) throws InterruptedException {
    Result result = run(Workload.WATCH, shape, List.of(server.endpoint()), Target.ALL);

    Deliveries deliveries = requireNonNull(result.deliveries());
    assertThat(server.watcherCount()).isEqualTo(10);
    assertThat(deliveries.expected()).isEqualTo(3L * TOTAL);
    assertThat(deliveries.received()).isEqualTo(deliveries.expected());
    assertThat(deliveries.latency().p50Micros()).isPositive();
    assertThat(server.stored).hasSize(1);
  }

  @Test
  void errorsAreCountedByCodeAndTheClientContinues() throws InterruptedException {
    server.putsToRefuse.set(5);

    Result result = run(Workload.PUT);

    assertThat(result.errors()).containsExactly(Map.entry("UNAVAILABLE", 5L));
    assertThat(result.operations()).isEqualTo(TOTAL - 5);
    assertThat(server.puts).hasValue(TOTAL - 5);
  }

  @Test
  void missingServerFailsEveryOperation() throws InterruptedException {
    List<Endpoint> nobody = List.of(new Endpoint("127.0.0.1", Ports.free(1).get(0)));

    Result result = run(Workload.PUT, WatchSpec.Shape.SAME, nobody, Target.ALL);

    assertThat(result.errors()).containsExactly(Map.entry("UNAVAILABLE", (long) TOTAL));
    assertThat(result.operations()).isZero();
  }

  @Test
  void requestsOfSeveralFramesWaitForTheWindowOfTheConnection() throws InterruptedException {
    int valueBytes = 40_000;
    LoadSpec spec = spec(Workload.PUT, WatchSpec.Shape.SAME, servers(), Target.ALL, valueBytes);

    Result result = new LoadRun(spec, new ServerMeter(List.of()), progress::add).run();

    assertThat(result.operations()).isEqualTo(TOTAL);
    assertThat(server.stored.values()).allMatch(value -> value.size() == valueBytes);
  }

  @Test
  void aFillThatFailsEndsTheRun() {
    server.putsToRefuse.set(1);
    assertThatIllegalStateException()
        .isThrownBy(() -> run(Workload.RANGE))
        .withMessageContaining("UNAVAILABLE");
  }

  @Test
  void connectionsGoToAllEndpointsOrToTheLeaderOrToTheOthers() throws Exception {
    try (FakeServer follower = new FakeServer(false)) {
      List<Endpoint> both = List.of(follower.endpoint(), server.endpoint());

      run(Workload.PUT, WatchSpec.Shape.DISTINCT, both, Target.ALL);
      assertThat(follower.puts.get()).isPositive();
      assertThat(server.puts.get()).isPositive();
      assertThat(follower.puts.get() + server.puts.get()).isEqualTo(TOTAL);

      follower.puts.set(0);
      server.puts.set(0);
      Result result = run(Workload.PUT, WatchSpec.Shape.DISTINCT, both, Target.LEADER);
      assertThat(follower.puts).hasValue(0);
      assertThat(server.puts).hasValue(TOTAL);
      assertThat(result.endpoints()).containsExactly(server.endpoint().toString());

      server.puts.set(0);
      run(Workload.PUT, WatchSpec.Shape.DISTINCT, both, Target.FOLLOWERS);
      assertThat(follower.puts).hasValue(TOTAL);
      assertThat(server.puts).hasValue(0);
    }
  }

  @Test
  void aConstantRateIsNotExceeded() throws InterruptedException {
    int rate = 2_000;
    LoadSpec spec =
        spec(Workload.PUT, WatchSpec.Shape.SAME, servers(), Target.ALL)
            .against(servers(), Workload.PUT, CLIENTS, 4, rate);

    Result result = new LoadRun(spec, new ServerMeter(List.of()), progress::add).run();

    assertThat(server.puts).hasValue(TOTAL);
    assertThat(result.operationsPerSecond()).isLessThan(rate * 1.1);
  }

  @Test
  void serverUsageIsMeasuredIfItsProcessIsKnown() throws InterruptedException {
    LoadSpec spec = spec(Workload.PUT, WatchSpec.Shape.SAME, servers(), Target.ALL);
    long pid = ProcessHandle.current().pid();

    Result result = new LoadRun(spec, new ServerMeter(List.of(pid)), progress::add).run();

    Usage usage = requireNonNull(result.server());
    assertThat(usage.peakRssBytes()).hasSize(1);
    assertThat(usage.largestPeakRssBytes()).isGreaterThan(1 << 20);
  }

  private Result run(Workload workload) throws InterruptedException {
    return run(workload, WatchSpec.Shape.DISTINCT, servers(), Target.ALL);
  }

  private Result run(
      Workload workload, WatchSpec.Shape shape, List<Endpoint> endpoints, Target target)
      throws InterruptedException {
    LoadSpec spec = spec(workload, shape, endpoints, target);
    return new LoadRun(spec, new ServerMeter(List.of()), progress::add).run();
  }

  private List<Endpoint> servers() {
    return List.of(server.endpoint());
  }

  private LoadSpec spec(
      Workload workload, WatchSpec.Shape shape, List<Endpoint> endpoints, Target target) {
    return spec(workload, shape, endpoints, target, 32);
  }

  private LoadSpec spec(
      Workload workload,
      WatchSpec.Shape shape,
      List<Endpoint> endpoints,
      Target target,
      int valueBytes) {
    return new LoadSpec(
        endpoints,
        target,
        workload,
        CLIENTS,
        4,
        1,
        transport,
        KEYS,
        16,
        valueBytes,
        true,
        Duration.ZERO,
        Duration.ofMinutes(1),
        TOTAL,
        0,
        1,
        0.25,
        7,
        new WatchSpec(10, 3, 2, shape),
        Access.OPEN);
  }
}
