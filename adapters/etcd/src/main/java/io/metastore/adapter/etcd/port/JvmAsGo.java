package io.metastore.adapter.etcd.port;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

/**
 * Exports the JVM's heap, threads and garbage collections under the names of Go's metrics, where
 * they mean the same, because etcd's dashboards show those.
 */
final class JvmAsGo {
  private static final double MS_PER_SECOND = 1000;

  private JvmAsGo() {}

  static void add(MetricsPage page) {
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    page.gauge("go_goroutines", "Number of threads of the JVM.", threads);
    page.gauge("go_threads", "Number of threads of the JVM.", threads);
    page.gauge(
        "go_info",
        "Information about the Java environment.",
        1,
        "version",
        "java" + System.getProperty("java.version"));
    page.gauge(
        "go_sched_gomaxprocs_threads",
        "The number of processors that the JVM uses.",
        Runtime.getRuntime().availableProcessors());
    heap(page);
    long collections = 0;
    long milliseconds = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      collections += Math.max(0, collector.getCollectionCount());
      milliseconds += Math.max(0, collector.getCollectionTime());
    }
    page.summary(
        "go_gc_duration_seconds",
        "Durations of garbage collections of the JVM.",
        milliseconds / MS_PER_SECOND,
        collections);
  }

  private static void heap(MetricsPage page) {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
    page.gauge("go_memstats_alloc_bytes", "Bytes of heap in use.", heap.getUsed());
    page.gauge("go_memstats_heap_alloc_bytes", "Bytes of heap in use.", heap.getUsed());
    page.gauge("go_memstats_heap_inuse_bytes", "Bytes of heap in use.", heap.getUsed());
    page.gauge(
        "go_memstats_heap_idle_bytes",
        "Bytes of heap not in use.",
        heap.getCommitted() - heap.getUsed());
    page.gauge("go_memstats_heap_sys_bytes", "Bytes of heap.", heap.getCommitted());
    page.gauge("go_memstats_next_gc_bytes", "Maximum size of the heap in bytes.", heap.getMax());
    page.gauge(
        "go_memstats_other_sys_bytes", "Bytes of memory outside the heap.", other.getCommitted());
    page.gauge(
        "go_memstats_sys_bytes",
        "Bytes of the heap and outside of it.",
        heap.getCommitted() + other.getCommitted());
  }
}
