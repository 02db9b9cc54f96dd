package io.metastore.server.zookeeper;

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
import java.util.concurrent.CompletionStage;

/**
 * {@code /metrics} under the names of ZooKeeper's {@code PrometheusMetricsProvider}, for dashboards
 * made for ZooKeeper. Each metric is a gauge, as most are in ZooKeeper.
 */
public final class PrometheusMetrics implements HttpEndpoint {
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Metastore store;
  private final ServerFigures figures;

  public PrometheusMetrics(Metastore store, PortStatus port) {
    this.store = store;
    this.figures = new ServerFigures(store, port);
  }

  @Override
  public CompletionStage<HttpAnswer> serve(FullHttpRequest request) {
    return store.view(Consistency.SERIALIZABLE).thenApplyAsync(this::answer, store.scans());
  }

  private HttpAnswer answer(ReadView view) {
    try (view) {
      Map<String, Number> all = new LinkedHashMap<>(figures.read(view.tree()));
      jvm(all);
      StringBuilder text = new StringBuilder();
      all.forEach(
          (name, value) -> {
            String family = name.replaceFirst("\\{.*", "");
            if (text.indexOf("# TYPE " + family + " ") < 0) {
              text.append("# HELP %s %s\n# TYPE %s gauge\n".formatted(family, family, family));
            }
            text.append(name).append(' ').append(value.doubleValue()).append('\n');
          });
      return HttpAnswer.ok(CONTENT_TYPE, text.toString());
    }
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
    all.put("jvm_threads_current", ManagementFactory.getThreadMXBean().getThreadCount());
    all.put(
        "process_start_time_seconds", ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0);
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      all.put("process_cpu_seconds_total", system.getProcessCpuTime() / 1e9);
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
