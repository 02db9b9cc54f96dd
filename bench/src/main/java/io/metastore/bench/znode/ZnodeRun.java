package io.metastore.bench.znode;

import com.sun.management.OperatingSystemMXBean;
import io.metastore.bench.report.Latency;
import io.metastore.bench.report.Result;
import io.metastore.bench.report.Usage;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerMeter;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;

/** Fills a cluster, warms up, measures and stops. Used once, by one thread. */
final class ZnodeRun {
  private final ZnodePlan plan;
  private final ZnodeWork work;
  private final List<Endpoint> endpoints;
  private final ServerMeter servers;
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  ZnodeRun(ZnodePlan plan, ZnodeWork work, List<Endpoint> endpoints, ServerMeter servers) {
    this.plan = plan;
    this.work = work;
    this.endpoints = endpoints;
    this.servers = servers;
  }

  /**
   * Runs to the end.
   *
   * @throws IllegalStateException if the nodes cannot be created, or operations get no answer
   */
  Result run() throws InterruptedException {
    try (Sessions sessions = new Sessions(endpoints, work.sessions())) {
      Operations operations = new Operations(sessions, plan.nodes(), plan.dataBytes());
      fill(sessions, operations);
      return measure(new ZnodeLoop(work, operations));
    }
  }

  private void fill(Sessions sessions, Operations operations) throws InterruptedException {
    try {
      sessions.of(0).create(Operations.ROOT, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      new Creations(sessions, operations).create(Operations::path, 0, plan.nodes());
      // Members that lag have the nodes, too, before their clients read them.
      for (int i = 0; i < endpoints.size(); i++) {
        sessions.of(i).sync(Operations.ROOT);
      }
    } catch (KeeperException e) {
      throw new IllegalStateException("the first nodes could not be created", e);
    }
  }

  private Result measure(ZnodeLoop loop) throws InterruptedException {
    servers.resetPeakRss();
    loop.begin();
    TimeUnit.NANOSECONDS.sleep(plan.warmUp().toNanos());
    servers.start();
    long cpuNanos = system.getProcessCpuTime();
    loop.tally().drain();
    long startNanos = System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(plan.duration().toNanos());
    Histogram done = loop.tally().drain();
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    cpuNanos = system.getProcessCpuTime() - cpuNanos;
    long operations = done.getTotalCount();
    Usage usage = servers.stop(operations);
    SortedMap<String, Long> errors = loop.end();
    return new Result(
        work.kind().label(),
        endpoints.stream().map(Endpoint::toString).toList(),
        work.clients(),
        work.sessions(),
        plan.nodes(),
        Operations.path(plan.nodes()).length(),
        plan.dataBytes(),
        seconds,
        operations,
        operations / seconds,
        Latency.of(done),
        errors,
        operations == 0 ? 0 : cpuNanos / 1e3 / operations,
        usage,
        null);
  }
}
