package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Meters;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.RequestKind;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.command.Alarm;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** {@code /health} and {@code /metrics} over a store that the test controls. */
class MemberEndpointsTest {
  private long leaderId = 1;
  private boolean learner;
  private final Meters meters = new Meters();
  private List<String> alarms = List.of();
  private EtcdVersion version = EtcdVersion.DEFAULT;
  private CompletableFuture<Outcome> linearizable = answered();
  private CompletableFuture<Outcome> serializable = answered();

  @Test
  void memberWithALeaderAndAReadIsHealthy() throws Exception {
    try (PortFixture fixture = fixture()) {
      var answer = fixture.http("GET", "/health");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
      assertThat(answer.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
    }
  }

  @Test
  void memberWithoutALeaderIsHealthyOnlyForItself() throws Exception {
    leaderId = 0;
    linearizable = CompletableFuture.failedFuture(new AssertionError("must not be asked"));
    try (PortFixture fixture = fixture()) {
      var answer = fixture.http("GET", "/health");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).isEqualTo("{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}\n");
      assertThat(fixture.http("GET", "/health?serializable=true").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void failedReadIsReportedAsTheReason() throws Exception {
    linearizable = CompletableFuture.failedFuture(new NotServed(NotServed.Reason.TIMEOUT));
    try (PortFixture fixture = fixture()) {
      var answer = fixture.http("GET", "/health?serializable=false");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body())
          .isEqualTo("{\"health\":\"false\",\"reason\":\"RANGE ERROR:not served: TIMEOUT\"}\n");
    }
  }

  @Test
  void healthWithAnotherMethodIsRefused() throws Exception {
    try (PortFixture fixture = fixture()) {
      assertThat(fixture.http("POST", "/health").statusCode()).isEqualTo(405);
    }
  }

  @Test
  void alarmMakesTheMemberUnhealthyUnlessExcluded() throws Exception {
    alarms = List.of("NOSPACE", "CORRUPT");
    try (PortFixture fixture = fixture()) {
      assertThat(fixture.http("GET", "/health").body())
          .isEqualTo("{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}\n");
      assertThat(fixture.http("GET", "/health?exclude=NOSPACE").body()).contains("ALARM CORRUPT");
      assertThat(fixture.http("GET", "/health?exclude=NOSPACE&exclude=CORRUPT").statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void oldVersionReportsNoReasonAndHasNoChecks() throws Exception {
    version = new EtcdVersion("3.4.23");
    try (PortFixture fixture = fixture()) {
      assertThat(fixture.http("GET", "/health").body()).isEqualTo("{\"health\":\"true\"}");
      assertThat(fixture.http("GET", "/livez").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void readinessListsEachCheck() throws Exception {
    try (PortFixture fixture = fixture()) {
      assertThat(fixture.http("GET", "/readyz").body()).isEqualTo("ok\n");
      assertThat(fixture.http("GET", "/readyz?verbose").body())
          .isEqualTo(
              """
              [+]data_corruption ok
              [+]serializable_read ok
              [+]linearizable_read ok
              [+]non_learner ok
              ok
              """);
      assertThat(fixture.http("GET", "/readyz/non_learner?verbose").body())
          .isEqualTo("[+]non_learner ok\nok\n");
      linearizable = CompletableFuture.failedFuture(new NotServed(NotServed.Reason.TIMEOUT));
      learner = true;
      alarms = List.of("CORRUPT");
      var answer = fixture.http("GET", "/readyz?exclude=serializable_read");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body())
          .isEqualTo(
              """
              [-]data_corruption failed: alarm activated: CORRUPT
              [-]linearizable_read failed: not served: TIMEOUT
              [-]non_learner failed: not supported for learner

              """);
      assertThat(fixture.http("GET", "/readyz/linearizable_read").statusCode()).isEqualTo(503);
      assertThat(fixture.http("GET", "/livez?verbose").body())
          .isEqualTo("[+]serializable_read ok\nok\n");
    }
  }

  @Test
  void metricsCoverMemberProcessAndCalls() throws Exception {
    meters.puts.add(2);
    meters.peer("b:1").failures.increment();
    meters.peer("b:1").traffic.bytesSent.add(30);
    meters.caller(-1).bytesSent.add(12);
    meters.caller(-1).openCalls.increment();
    meters.applies.record(0.02);
    meters.requests(RequestKind.LOGIN, /* success= */ true).record(0.003);
    meters.rangeReads(/* success= */ false).record(0.0003);
    meters.refusedPromotions(ChangeRefused.Reason.NOT_CAUGHT_UP).increment();
    try (PortFixture fixture = fixture()) {
      PortFixture.echo(fixture.channel(), EchoService.message(1));
      var answer = fixture.http("GET", "/metrics");
      assertThat(answer.headers().firstValue("content-type"))
          .contains("text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
      assertThat(answer.body().lines())
          .contains(
              "etcd_server_has_leader 1",
              "etcd_server_is_leader 1",
              "etcd_server_leader_changes_seen_total 7",
              "etcd_server_id{server_id=\"1\"} 1",
              "etcd_server_version{server_version=\"3.7.1\"} 1",
              "etcd_cluster_version{cluster_version=\"3.7\"} 1",
              "etcd_server_proposals_committed_total 7",
              "etcd_debugging_mvcc_current_revision 7",
              "# TYPE etcd_server_proposals_applied_total gauge",
              "etcd_mvcc_put_total 2",
              "etcd_debugging_mvcc_watcher_total 2",
              "etcd_debugging_auth_revision 3",
              "etcd_network_peer_sent_failures_total{To=\"ffffffffffffffff\"} 1",
              "etcd_network_peer_round_trip_time_seconds_count{To=\"ffffffffffffffff\"} 0",
              "etcd_network_known_peers{Local=\"1\",Remote=\"1\"} 1",
              "etcd_server_apply_duration_seconds_bucket"
                  + "{op=\"Batch\",success=\"true\",version=\"v3\",le=\"0.0256\"} 1",
              "etcd_server_apply_duration_seconds_sum"
                  + "{op=\"Batch\",success=\"true\",version=\"v3\"} 0.02",
              "etcd_network_active_peers{Local=\"1\",Remote=\"ffffffffffffffff\"} 1",
              "etcd_network_peer_sent_bytes_total{To=\"ffffffffffffffff\"} 42",
              "etcd_network_peer_received_bytes_total{From=\"ffffffffffffffff\"} 0",
              "etcd_server_request_duration_seconds_bucket"
                  + "{success=\"true\",type=\"Authenticate\",le=\"0.004\"} 1",
              "etcd_server_range_duration_seconds_bucket{success=\"false\",le=\"0.0004\"} 1",
              "etcd_server_learner_promote_failures{Reason=\"NOT_CAUGHT_UP\"} 1",
              "etcd_server_feature_enabled{name=\"SomeGate\",stage=\"ALPHA\"} 1",
              "etcd_mvcc_db_open_read_transactions 1",
              "etcd_debugging_mvcc_pending_events_total 3",
              "etcd_debugging_lease_ttl_total_bucket{le=\"+Inf\"} 0",
              "etcd_server_client_requests_total"
                  + "{client_api_version=\"unknown\",type=\"unary\"} 1",
              grpc("started", "Unary", "unary", "") + " 1",
              grpc("started", "Bidi", "bidi_stream", "") + " 0",
              grpc("handled", "Unary", "unary", "grpc_code=\"OK\",") + " 1",
              grpc("handled", "Unary", "unary", "grpc_code=\"DeadlineExceeded\",") + " 0")
          .anyMatch(line -> line.startsWith("process_resident_memory_bytes "))
          .anyMatch(line -> line.startsWith("process_open_fds "));
      assertThat(fixture.http("POST", "/metrics").statusCode()).isEqualTo(200);
    }
  }

  private static String grpc(String what, String method, String type, String code) {
    return "grpc_server_%s_total{%sgrpc_method=\"%s\",grpc_service=\"test.Echo\",grpc_type=\"%s\"}"
        .formatted(what, code, method, type);
  }

  private PortFixture fixture() {
    Metastore store = store();
    GrpcCounters calls = new GrpcCounters();
    HealthChecks health = new HealthChecks(store, Throwable::getMessage);
    Map<String, HttpEndpoint> endpoints = new HashMap<>(health.endpoints(version));
    endpoints.put(
        "/metrics",
        new MetricsEndpoint(
            new ServerMetrics(
                store.cluster(),
                calls,
                health,
                () -> 3,
                version,
                List.of(new ServerMetrics.Feature("SomeGate", "ALPHA", true)),
                Throwable::getMessage),
            store.scans()));
    return new PortFixture(EchoService.open(), endpoints, Duration.ofMinutes(2), calls);
  }

  private static CompletableFuture<Outcome> answered() {
    return CompletableFuture.completedFuture(
        new Outcome.Ranged(7, new RangeResult(List.of(), 0, false)));
  }

  /** Only the calls of the endpoints are implemented; any other call fails the test. */
  private Metastore store() {
    ClusterView cluster =
        proxy(
            ClusterView.class,
            (name, arguments) ->
                switch (name) {
                  case "leaderId" -> leaderId;
                  case "memberId" -> 1L;
                  case "members" ->
                      List.of(
                          new MemberInfo(1, "m", List.of("http://a:1"), List.of(), learner),
                          new MemberInfo(-1, "n", List.of("http://b:1"), List.of(), false));
                  case "meters" -> meters;
                  case "peerMeter" -> meters.peer("b:1");
                  case "alarms" -> alarms.stream().map(MemberEndpointsTest::alarm).toList();
                  case "watches" -> new ClusterView.WatchCounts(1, 2, 0, 3);
                  case "openViews" -> 1;
                  default -> 7L;
                });
    return proxy(
        Metastore.class,
        (name, arguments) ->
            switch (name) {
              case "cluster" -> cluster;
              case "range" ->
                  arguments[1] == Consistency.LINEARIZABLE ? linearizable : serializable;
              case "scans" -> (Executor) Runnable::run;
              default -> throw new AssertionError(name);
            });
  }

  private static Alarm alarm(String kind) {
    return Alarm.newBuilder().setKind(Alarm.Kind.valueOf(kind)).setMemberId(1).build();
  }

  /** Answers a call by its name. */
  private interface Answers {
    Object to(String name, Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> answers.to(method.getName(), arguments)));
  }
}
