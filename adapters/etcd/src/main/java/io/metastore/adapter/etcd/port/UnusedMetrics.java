package io.metastore.adapter.etcd.port;

import io.metastore.core.api.Histogram;

/**
 * etcd metrics without a counterpart here: parts of its database, its proxy, its v2 store. They are
 * zero, so that dashboards and checks find them.
 */
final class UnusedMetrics {
  private static final Histogram MILLISECONDS_14 = Histogram.doubling(0.001, 14);
  private static final Histogram DECISECONDS_10 = Histogram.doubling(0.1, 10);
  private static final Histogram CENTISECONDS_17 = Histogram.doubling(0.01, 17);
  private static final Histogram CENTISECONDS_15 = Histogram.doubling(0.01, 15);
  private static final Histogram PAUSES_13 = Histogram.doubling(1, 13);
  private static final Histogram PAUSES_14 = Histogram.doubling(0.5, 14);
  private static final Histogram COMPACTIONS = Histogram.doubling(100, 14);

  private static final String NOT_HERE = "Not used here.";

  private UnusedMetrics() {}

  static void add(MetricsPage page) {
    for (String name :
        new String[] {
          "etcd_debugging_disk_backend_commit_rebalance_duration_seconds",
          "etcd_debugging_disk_backend_commit_spill_duration_seconds",
          "etcd_debugging_disk_backend_commit_write_duration_seconds",
          "etcd_debugging_server_watch_send_loop_control_stream_duration_seconds",
          "etcd_debugging_server_watch_send_loop_progress_duration_seconds",
          "etcd_debugging_server_watch_send_loop_watch_stream_duration_per_event_seconds",
          "etcd_debugging_server_watch_send_loop_watch_stream_duration_seconds",
          "etcd_debugging_snap_save_marshalling_duration_seconds",
          "etcd_debugging_snap_save_total_duration_seconds",
          "etcd_snap_db_fsync_duration_seconds",
          "etcd_snap_fsync_duration_seconds",
        }) {
      page.histogram(name, NOT_HERE, MILLISECONDS_14);
    }
    page.histogram("etcd_disk_backend_snapshot_duration_seconds", NOT_HERE, CENTISECONDS_17);
    page.histogram("etcd_mvcc_hash_duration_seconds", NOT_HERE, CENTISECONDS_15);
    page.histogram("etcd_mvcc_hash_rev_duration_seconds", NOT_HERE, CENTISECONDS_15);
    page.histogram("etcd_snap_db_save_total_duration_seconds", NOT_HERE, DECISECONDS_10);
    page.histogram(
        "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds", NOT_HERE, PAUSES_13);
    page.histogram(
        "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds", NOT_HERE, PAUSES_14);
    page.histogram(
        "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds", NOT_HERE, COMPACTIONS);
    for (String name :
        new String[] {
          "etcd_debugging_store_watchers",
          "etcd_disk_defrag_inflight",
          "etcd_grpc_proxy_cache_hits_total",
          "etcd_grpc_proxy_cache_keys_total",
          "etcd_grpc_proxy_cache_misses_total",
          "etcd_grpc_proxy_watchers_coalescing_total",
          "etcd_server_snapshot_apply_in_progress_total",
          "go_gc_gogc_percent",
          "go_gc_gomemlimit_bytes",
          "go_memstats_buck_hash_sys_bytes",
          "go_memstats_gc_sys_bytes",
          "go_memstats_heap_objects",
          "go_memstats_heap_released_bytes",
          "go_memstats_last_gc_time_seconds",
          "go_memstats_mcache_inuse_bytes",
          "go_memstats_mcache_sys_bytes",
          "go_memstats_mspan_inuse_bytes",
          "go_memstats_mspan_sys_bytes",
          "go_memstats_stack_inuse_bytes",
          "go_memstats_stack_sys_bytes",
        }) {
      page.gauge(name, NOT_HERE, 0);
    }
    for (String name :
        new String[] {
          "etcd_debugging_store_expires_total",
          "etcd_debugging_store_watch_requests_total",
          "etcd_grpc_proxy_events_coalescing_total",
          // A member's heartbeats do not wait for its disk.
          "etcd_server_heartbeat_send_failures_total",
          "go_memstats_alloc_bytes_total",
          "go_memstats_frees_total",
          "go_memstats_mallocs_total",
        }) {
      page.counter(name, NOT_HERE, 0);
    }
  }
}
