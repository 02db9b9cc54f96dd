package io.metastore.adapter.etcd.port;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Histogram;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Meters;
import io.metastore.core.api.RequestKind;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The metrics page, with etcd's names, because users have dashboards and alerts for them. Metrics
 * without a counterpart here are zero, see {@link UnusedMetrics}. All values are read at the time
 * of the scrape. Thread-safe.
 */
public final class ServerMetrics {
  private final ClusterView cluster;
  private final GrpcCounters calls;
  private final HealthChecks health;
  private final LongSupplier authRevision;
  private final EtcdVersion version;
  private final List<Feature> features;
  private final Function<Throwable, String> errorText;
  private final LongAdder scrapes = new LongAdder();

  /** Created by the first scrape, because loading its classes would slow down the start. */
  private @Nullable PrometheusRegistry process;

  /**
   * One of etcd's features.
   *
   * @param stage {@code ALPHA} or {@code BETA}
   */
  public record Feature(String name, String stage, boolean enabled) {}

  /**
   * @param authRevision supplies the auth revision
   * @param errorText etcd's text for a failure of the store
   */
  public ServerMetrics(
      ClusterView cluster,
      GrpcCounters calls,
      HealthChecks health,
      LongSupplier authRevision,
      EtcdVersion version,
      List<Feature> features,
      Function<Throwable, String> errorText) {
    this.cluster = cluster;
    this.calls = calls;
    this.health = health;
    this.authRevision = authRevision;
    this.version = version;
    this.features = List.copyOf(features);
    this.errorText = errorText;
  }

  /** Blocks on {@code /proc} and on the store's files. */
  public String scrape() {
    MetricsPage page = new MetricsPage();
    Meters meters = cluster.meters();
    member(page);
    proposals(page, meters);
    requests(page, meters);
    disk(page);
    store(page, meters);
    leases(page, meters);
    watches(page, meters);
    health(page);
    grpc(page);
    process(page);
    UnusedMetrics.add(page);
    return page.text();
  }

  private void member(MetricsPage page) {
    long self = cluster.memberId();
    String id = Long.toHexString(self);
    page.gauge(
        "etcd_server_has_leader",
        "Whether or not a leader exists. 1 is existence, 0 is not.",
        cluster.leaderId() != 0 ? 1 : 0);
    page.gauge(
        "etcd_server_is_leader",
        "Whether or not this member is a leader. 1 if is, 0 otherwise.",
        cluster.leaderId() == self ? 1 : 0);
    page.counter(
        "etcd_server_leader_changes_seen_total",
        "The number of leader changes seen.",
        cluster.leaderChanges());
    page.gauge(
        "etcd_server_id",
        "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.",
        1,
        "server_id",
        id);
    page.gauge(
        "etcd_server_version",
        "Which version is running. 1 for 'server_version' label with current version.",
        1,
        "server_version",
        version.server());
    page.gauge(
        "etcd_cluster_version",
        "Which version is running. 1 for 'cluster_version' label with current cluster version",
        1,
        "cluster_version",
        version.minor());
    page.gauge(
        "etcd_server_go_version",
        "Which Go version server is running with. 1 for 'server_go_version' label with current"
            + " version.",
        1,
        "server_go_version",
        "none (Java " + System.getProperty("java.version") + ")");
    boolean learner = false;
    for (MemberInfo member : cluster.members()) {
      learner |= member.id() == self && member.learner();
      page.gauge(
          "etcd_network_known_peers",
          "The current number of known peers.",
          1,
          "Local",
          id,
          "Remote",
          Long.toHexString(member.id()));
      if (member.id() != self) {
        peer(page, id, member);
      }
    }
    for (Feature feature : features) {
      page.gauge(
          "etcd_server_feature_enabled",
          "Whether or not a feature is enabled. 1 is enabled, 0 is not.",
          feature.enabled() ? 1 : 0,
          "name",
          feature.name(),
          "stage",
          feature.stage());
    }
    page.gauge(
        "etcd_server_is_learner",
        "Whether or not this member is a learner. 1 if is, 0 otherwise.",
        learner ? 1 : 0);
    page.gauge(
        "etcd_debugging_auth_revision",
        "The current revision of auth store.",
        authRevision.getAsLong());
  }

  private void peer(MetricsPage page, String self, MemberInfo member) {
    Meters.PeerMeter made = cluster.peerMeter(member.id());
    Meters.Traffic caller = cluster.meters().caller(member.id());
    String id = Long.toHexString(member.id());
    page.gauge(
        "etcd_network_active_peers",
        "The current number of active peer connections.",
        made.traffic.openCalls.sum() + caller.openCalls.sum() > 0 ? 1 : 0,
        "Local",
        self,
        "Remote",
        id);
    page.counter(
        "etcd_network_peer_sent_bytes_total",
        "The total number of bytes sent to peers.",
        made.traffic.bytesSent.sum() + caller.bytesSent.sum(),
        "To",
        id);
    page.counter(
        "etcd_network_peer_received_bytes_total",
        "The total number of bytes received from peers.",
        made.traffic.bytesReceived.sum() + caller.bytesReceived.sum(),
        "From",
        id);
    page.histogram(
        "etcd_network_peer_round_trip_time_seconds",
        "Round-Trip-Time histogram between peers",
        made.roundTrips,
        "To",
        id);
    page.counter(
        "etcd_network_peer_sent_failures_total",
        "The total number of send failures from peers.",
        made.failures.sum(),
        "To",
        id);
  }

  private void proposals(MetricsPage page, Meters meters) {
    page.gauge(
        "etcd_server_proposals_committed_total",
        "The total number of consensus proposals committed.",
        cluster.committedIndex());
    page.gauge(
        "etcd_server_proposals_applied_total",
        "The total number of consensus proposals applied.",
        cluster.appliedIndex());
    page.gauge(
        "etcd_server_proposals_pending",
        "The current number of pending proposals to commit.",
        cluster.pendingProposals());
    page.counter(
        "etcd_server_proposals_failed_total",
        "The total number of failed proposals seen.",
        meters.failedProposals.sum());
    page.histogram(
        "etcd_server_apply_duration_seconds",
        "The latency distributions of applying a log entry, which holds many requests.",
        meters.applies,
        "op",
        "Batch",
        "success",
        "true",
        "version",
        "v3");
    page.counter(
        "etcd_server_slow_apply_total",
        "The total number of slow apply requests (likely overloaded from slow disk).",
        meters.slowApplies.sum());
  }

  private void requests(MetricsPage page, Meters meters) {
    for (boolean success : new boolean[] {false, true}) {
      Histogram ranges = meters.rangeReads(success);
      if (ranges.count() > 0) {
        page.histogram(
            "etcd_server_range_duration_seconds",
            "The latency distributions of txn.Range",
            ranges,
            "success",
            Boolean.toString(success));
      }
      for (RequestKind kind : RequestKind.values()) {
        Histogram requests = meters.requests(kind, success);
        if (requests.count() > 0) {
          page.histogram(
              "etcd_server_request_duration_seconds",
              "Response latency distribution in seconds for each type.",
              requests,
              "success",
              Boolean.toString(success),
              "type",
              requestType(kind));
        }
      }
    }
    page.counter(
        "etcd_server_read_indexes_failed_total",
        "The total number of failed read indexes seen.",
        meters.failedReadIndexes.sum());
    page.counter(
        "etcd_server_slow_read_indexes_total",
        "The total number of pending read indexes not in sync with leader's or timed out read index"
            + " requests.",
        meters.expiredReadIndexes.sum());
    page.counter(
        "etcd_server_learner_promote_successes",
        "The total number of successful learner promotions while this member is leader.",
        meters.promotions.sum());
    for (ChangeRefused.Reason reason : ChangeRefused.Reason.values()) {
      long refused = meters.refusedPromotions(reason).sum();
      if (refused > 0) {
        page.counter(
            "etcd_server_learner_promote_failures",
            "The total number of failed learner promotions (likely learner not ready) while this"
                + " member is leader.",
            refused,
            "Reason",
            errorText.apply(new ChangeRefused(reason, reason.name())));
      }
    }
  }

  /** etcd's name of a kind of requests. */
  private static String requestType(RequestKind kind) {
    return switch (kind) {
      case RANGE -> "Range";
      case READ_TXN -> "ReadonlyTxn";
      case PUT -> "Put";
      case DELETE -> "DeleteRange";
      case TXN -> "Txn";
      case COMPACT -> "Compaction";
      case GRANT_LEASE -> "LeaseGrant";
      case REVOKE_LEASE -> "LeaseRevoke";
      case CHECKPOINT_LEASES -> "LeaseCheckpoint";
      case HASH_POINT -> "HashPoint";
      case ALARM -> "Alarm";
      case LOGIN -> "Authenticate";
      case ENABLE_AUTH -> "AuthEnable";
      case DISABLE_AUTH -> "AuthDisable";
      case ADD_USER -> "AuthUserAdd";
      case DELETE_USER -> "AuthUserDelete";
      case CHANGE_PASSWORD -> "AuthUserChangePassword";
      case GRANT_ROLE -> "AuthUserGrantRole";
      case REVOKE_ROLE -> "AuthUserRevokeRole";
      case ADD_ROLE -> "AuthRoleAdd";
      case DELETE_ROLE -> "AuthRoleDelete";
      case GRANT_PERMISSION -> "AuthRoleGrantPermission";
      case REVOKE_PERMISSION -> "AuthRoleRevokePermission";
      case MEMBER_NOTE -> "ClusterMemberAttrSet";
      // These have no counterpart in etcd.
      case CHANGE_MEMBERS -> "ChangeMembers";
      case SESSION -> "Session";
      case LOCK -> "Lock";
      case ZNODE -> "Znode";
    };
  }

  private static void disk(MetricsPage page) {
    page.histogram(
        "etcd_disk_wal_fsync_duration_seconds",
        "The latency distributions of fsync called by WAL.",
        Meters.LOG_SYNCS);
    page.histogram(
        "etcd_disk_wal_write_duration_seconds",
        "The latency distributions of write called by WAL.",
        Meters.LOG_WRITES);
    page.gauge(
        "etcd_disk_wal_write_bytes_total",
        "Total number of bytes written in WAL.",
        Meters.LOG_BYTES.sum());
    page.histogram(
        "etcd_disk_backend_commit_duration_seconds",
        "The latency distributions of commit called by backend.",
        Meters.TABLE_WRITES);
  }

  private void store(MetricsPage page, Meters meters) {
    page.histogram(
        "etcd_disk_backend_defrag_duration_seconds",
        "The latency distribution of backend defragmentation.",
        meters.defragmentations);
    page.gauge(
        "etcd_mvcc_db_total_size_in_bytes",
        "Total size of the underlying database physically allocated in bytes.",
        cluster.sizeBytes());
    page.gauge(
        "etcd_mvcc_db_total_size_in_use_in_bytes",
        "Total size of the underlying database logically in use in bytes.",
        cluster.sizeInUseBytes());
    page.gauge(
        "etcd_mvcc_db_open_read_transactions",
        "The number of currently open read transactions",
        cluster.openViews());
    page.gauge(
        "etcd_server_quota_backend_bytes",
        "Current backend storage quota size in bytes.",
        cluster.quotaBytes());
    page.gauge(
        "etcd_debugging_mvcc_current_revision",
        "The current revision of store.",
        cluster.revision());
    page.gauge(
        "etcd_debugging_mvcc_compact_revision",
        "The revision of the last compaction in store.",
        cluster.compactedRevision());
    long puts = meters.puts.sum();
    long deletes = meters.deletes.sum();
    page.counter("etcd_mvcc_put_total", "Total number of puts seen by this member.", puts);
    page.counter("etcd_mvcc_delete_total", "Total number of deletes seen by this member.", deletes);
    page.counter(
        "etcd_mvcc_range_total",
        "Total number of ranges seen by this member.",
        meters.ranges.sum());
    page.counter(
        "etcd_mvcc_txn_total", "Total number of txns seen by this member.", meters.txns.sum());
    page.gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.", cluster.keys());
    page.counter(
        "etcd_debugging_mvcc_db_compaction_keys_total",
        "Total number of db keys compacted.",
        meters.compactedVersions.sum());
    page.gauge(
        "etcd_debugging_mvcc_db_compaction_last",
        "The unix time of the last db compaction. Resets to 0 on start.",
        meters.lastCompaction.get());
    page.gauge(
        "etcd_debugging_mvcc_total_put_size_in_bytes",
        "The total size of put kv pairs seen by this member.",
        meters.putBytes.sum());
  }

  private static void leases(MetricsPage page, Meters meters) {
    Histogram ttls = meters.leaseTtls;
    page.counter(
        "etcd_debugging_lease_granted_total", "The total number of granted leases.", ttls.count());
    page.histogram("etcd_debugging_lease_ttl_total", "Bucketed histogram of lease TTLs.", ttls);
    page.counter(
        "etcd_debugging_lease_revoked_total",
        "The total number of revoked leases.",
        meters.leasesRevoked.sum());
    page.counter(
        "etcd_debugging_lease_renewed_total",
        "The number of renewed leases seen by the leader.",
        meters.leaseRenewals.sum());
    page.counter(
        "etcd_debugging_server_lease_expired_total",
        "The total number of expired leases.",
        meters.leasesExpired.sum());
  }

  private void watches(MetricsPage page, Meters meters) {
    page.counter(
        "etcd_debugging_mvcc_events_total",
        "Total number of events sent by this member.",
        meters.watchEvents.sum());
    ClusterView.WatchCounts watches = cluster.watches();
    page.gauge(
        "etcd_debugging_mvcc_watch_stream_total",
        "Total number of watch streams.",
        watches.streams());
    page.gauge(
        "etcd_debugging_mvcc_watcher_total", "Total number of watchers.", watches.watchers());
    page.gauge(
        "etcd_debugging_mvcc_slow_watcher_total",
        "Total number of unsynced slow watchers.",
        watches.slow());
    page.gauge(
        "etcd_debugging_mvcc_pending_events_total",
        "Total number of pending events to be sent.",
        watches.pendingEvents());
  }

  private void health(MetricsPage page) {
    page.counter(
        "etcd_server_health_success",
        "The total number of successful health checks",
        health.healthSuccesses());
    page.counter(
        "etcd_server_health_failures",
        "The total number of failed health checks",
        health.healthFailures());
    health
        .last()
        .forEach(
            (check, success) ->
                page.gauge(
                    "etcd_server_healthcheck",
                    "The result of each kind of healthcheck.",
                    success ? 1 : 0,
                    "name",
                    check.name(),
                    "type",
                    check.type()));
    for (Map.Entry<HealthChecks.Result, AtomicLong> result : health.results().entrySet()) {
      page.counter(
          "etcd_server_healthchecks_total",
          "The total number of each kind of healthcheck.",
          result.getValue().get(),
          "name",
          result.getKey().check().name(),
          "status",
          result.getKey().success() ? "success" : "error",
          "type",
          result.getKey().check().type());
    }
  }

  private void grpc(MetricsPage page) {
    long received = 0;
    long sent = 0;
    for (GrpcCounters.Method method : calls.methods()) {
      received += method.bytesReceived.sum();
      sent += method.bytesSent.sum();
      String[] labels = {
        "grpc_method", method.name, "grpc_service", method.service, "grpc_type", type(method.type)
      };
      page.counter(
          "grpc_server_started_total",
          "Total number of RPCs started on the server.",
          method.started(),
          labels);
      page.counter(
          "grpc_server_msg_received_total",
          "Total number of RPC stream messages received on the server.",
          method.messagesReceived.sum(),
          labels);
      page.counter(
          "grpc_server_msg_sent_total",
          "Total number of gRPC stream messages sent by the server.",
          method.messagesSent.sum(),
          labels);
      if (method.durations != null) {
        page.histogram(
            "grpc_server_handling_seconds",
            "Histogram of response latency (seconds) of gRPC that had been application-level"
                + " handled by the server.",
            method.durations,
            labels);
      }
      for (Status.Code code : Status.Code.values()) {
        page.counter(
            "grpc_server_handled_total",
            "Total number of RPCs completed on the server, regardless of success or failure.",
            method.handled(code),
            "grpc_code",
            goName(code),
            "grpc_method",
            method.name,
            "grpc_service",
            method.service,
            "grpc_type",
            type(method.type));
      }
    }
    page.counter(
        "etcd_network_client_grpc_received_bytes_total",
        "The total number of bytes received from grpc clients.",
        received);
    page.counter(
        "etcd_network_client_grpc_sent_bytes_total",
        "The total number of bytes sent to grpc clients.",
        sent);
    calls
        .clients()
        .forEach(
            (client, count) ->
                page.counter(
                    "etcd_server_client_requests_total",
                    "The total number of client requests per client version.",
                    count,
                    "client_api_version",
                    client.version(),
                    "type",
                    client.type()));
  }

  private void process(MetricsPage page) {
    page.gauge("os_fd_limit", "The file descriptor limit.", ProcFacts.limit("Max open files"));
    page.gauge("os_fd_used", "The number of used file descriptors.", ProcFacts.openFiles());
    page.counter(
        "process_network_receive_bytes_total",
        "Number of bytes received by the process over the network.",
        ProcFacts.network("InOctets"));
    page.counter(
        "process_network_transmit_bytes_total",
        "Number of bytes sent by the process over the network.",
        ProcFacts.network("OutOctets"));
    page.gauge(
        "process_virtual_memory_max_bytes",
        "Maximum amount of virtual memory available in bytes.",
        ProcFacts.limit("Max address space"));
    page.gauge(
        "promhttp_metric_handler_requests_in_flight", "Current number of scrapes being served.", 1);
    scrapes.increment();
    page.counter(
        "promhttp_metric_handler_requests_total",
        "Total number of scrapes by HTTP status code.",
        scrapes.sum() - 1,
        "code",
        "200");
    JvmAsGo.add(page);
    page.add(PrometheusText.write(processRegistry().scrape()));
  }

  private synchronized PrometheusRegistry processRegistry() {
    if (process == null) {
      process = new PrometheusRegistry();
      ProcessMetrics.builder().register(process);
    }
    return process;
  }

  private static String type(MethodType type) {
    return switch (type) {
      case UNARY -> "unary";
      case CLIENT_STREAMING -> "client_stream";
      case SERVER_STREAMING -> "server_stream";
      case BIDI_STREAMING -> "bidi_stream";
      case UNKNOWN -> "unknown";
    };
  }

  /** {@code DEADLINE_EXCEEDED} is {@code DeadlineExceeded} in Go. */
  static String goName(Status.Code code) {
    if (code == Status.Code.OK) {
      return "OK";
    }
    StringBuilder name = new StringBuilder();
    for (String word : code.name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.toString();
  }
}
