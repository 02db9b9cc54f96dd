package io.metastore.server.zookeeper;

import com.sun.management.UnixOperatingSystemMXBean;
import io.metastore.adapter.etcd.port.HttpAnswer;
import io.metastore.adapter.etcd.port.HttpEndpoint;
import io.metastore.adapter.zookeeper.PortStatus;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.ReadView;
import io.netty.handler.codec.http.FullHttpRequest;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * {@code /metrics} under the names of ZooKeeper's {@code PrometheusMetricsProvider}, for dashboards
 * made for ZooKeeper. Counters are gauges here.
 */
public final class PrometheusMetrics implements HttpEndpoint {
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Metastore store;
  private final PortStatus port;

  public PrometheusMetrics(Metastore store, PortStatus port) {
    this.store = store;
    this.port = port;
  }

  @Override
  public CompletionStage<HttpAnswer> serve(FullHttpRequest request) {
    return store.view(Consistency.SERIALIZABLE).thenApplyAsync(this::answer, store.scans());
  }

  private HttpAnswer answer(ReadView view) {
    try (view) {
      Map<String, Number> figures = port.monitored(view.tree());
      StringBuilder text = new StringBuilder();
      figures.forEach((name, value) -> add(text, name, value, figures.keySet()));
      Map<String, Number> jvm = new LinkedHashMap<>();
      jvm(jvm);
      jvm.forEach((name, value) -> addGauge(text, name, value));
      return HttpAnswer.ok(CONTENT_TYPE, text.toString());
    }
  }

  /** Adds a figure; the parts of a summary, such as {@code cnt_x}, have other names here. */
  private static void add(StringBuilder text, String name, Number value, Set<String> names) {
    int underscore = name.indexOf('_');
    String family = name.substring(underscore + 1);
    if (underscore < 0 || !names.contains("cnt_" + family)) {
      addGauge(text, name, value);
      return;
    }
    switch (name.substring(0, underscore)) {
      // The first part of each summary. ZooKeeper's provider has no averages, but quantiles.
      case "avg" ->
          text.append("# HELP %s %s\n# TYPE %s summary\n".formatted(family, family, family));
      case "cnt" -> addValue(text, family + "_count", value);
      case "sum" -> addValue(text, family + "_sum", value);
      case "p50" -> addValue(text, family + "{quantile=\"0.5\",}", value);
      case "p95" -> addValue(text, family + "{quantile=\"0.95\",}", value);
      case "p99" -> addValue(text, family + "{quantile=\"0.99\",}", value);
      case "p999" -> addValue(text, family + "{quantile=\"0.999\",}", value);
      default -> {}
    }
  }

  private static void addGauge(StringBuilder text, String name, Number value) {
    String family = name.replaceFirst("\\{.*", "");
    if (text.indexOf("# TYPE " + family + " ") < 0) {
      text.append("# HELP %s %s\n# TYPE %s gauge\n".formatted(family, family, family));
    }
    addValue(text, name, value);
  }

  private static void addValue(StringBuilder text, String name, Number value) {
    text.append(name).append(' ').append(value.doubleValue()).append('\n');
  }

  /** The names of the Prometheus client library that ZooKeeper uses. */
  private static void jvm(Map<String, Number> all) {
    var memory = ManagementFactory.getMemoryMXBean();
    memory(
        all,
        "used",
        memory.getHeapMemoryUsage().getUsed(),
        memory.getNonHeapMemoryUsage().getUsed());
    memory(all, "max", max(memory.getHeapMemoryUsage()), max(memory.getNonHeapMemoryUsage()));
    var threads = ManagementFactory.getThreadMXBean();
    all.put("jvm_threads_current", threads.getThreadCount());
    all.put("jvm_threads_daemon", threads.getDaemonThreadCount());
    all.put("jvm_threads_peak", threads.getPeakThreadCount());
    for (var pool : ManagementFactory.getMemoryPoolMXBeans()) {
      all.put(
          "jvm_memory_pool_bytes_used{pool=\"%s\",}".formatted(pool.getName()),
          pool.getUsage().getUsed());
    }
    for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      String label = "{gc=\"%s\",}".formatted(collector.getName());
      all.put("jvm_gc_collection_seconds_count" + label, collector.getCollectionCount());
      all.put("jvm_gc_collection_seconds_sum" + label, collector.getCollectionTime() / 1000.0);
    }
    all.put(
        "process_start_time_seconds", ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0);
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      all.put("process_cpu_seconds_total", system.getProcessCpuTime() / 1e9);
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      all.put("process_open_fds", system.getOpenFileDescriptorCount());
      all.put("process_max_fds", system.getMaxFileDescriptorCount());
    }
  }

  private static void memory(Map<String, Number> all, String kind, long heap, long other) {
    all.put("jvm_memory_bytes_" + kind + "{area=\"heap\",}", heap);
    all.put("jvm_memory_bytes_" + kind + "{area=\"nonheap\",}", other);
  }

  private static long max(MemoryUsage usage) {
    return usage.getMax();
  }
}
