package io.metastore.bench.lock;

import com.sun.management.OperatingSystemMXBean;
import io.metastore.bench.load.Tally;
import io.metastore.bench.report.Latency;
import io.metastore.bench.report.Usage;
import io.metastore.bench.server.ServerMeter;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Measures one or more periods of time. Used by one thread. */
final class Measurement {
  private final LockClients services;
  private final ServerMeter servers;
  private final Tally grants;
  private final Tally releases;
  private final Histogram granted = Tally.newHistogram();
  private final Histogram released = Tally.newHistogram();
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private Counts counted = new Counts(0, 0, 0);
  private double seconds;
  private double serverCpuSeconds;
  private double otherCpuSeconds;
  private double clientCpuSeconds;
  private List<Long> peakRssBytes = List.of();

  private Counts countsAtOpen = counted;
  private long nanosAtOpen;
  private long clientCpuNanosAtOpen;

  /** Prepares a measurement. Opening it discards what the tallies contain. */
  Measurement(LockClients services, ServerMeter servers, Tally grants, Tally releases) {
    this.services = services;
    this.servers = servers;
    this.grants = grants;
    this.releases = releases;
    servers.resetPeakRss();
  }

  /** Begins a period. */
  void open() {
    countsAtOpen = services.counts();
    servers.start();
    clientCpuNanosAtOpen = system.getProcessCpuTime();
    grants.drain();
    releases.drain();
    nanosAtOpen = System.nanoTime();
  }

  /** Ends the period. */
  void close() {
    double span = (System.nanoTime() - nanosAtOpen) / 1e9;
    granted.add(grants.drain());
    released.add(releases.drain());
    clientCpuSeconds += (system.getProcessCpuTime() - clientCpuNanosAtOpen) / 1e9;
    Usage used = servers.stop(1);
    counted = counted.plus(services.counts().since(countsAtOpen));
    seconds += span;
    serverCpuSeconds += used.cpuSeconds();
    otherCpuSeconds += used.otherCpuCores() * span;
    peakRssBytes = used.peakRssBytes();
  }

  /** The total duration of all periods. */
  double seconds() {
    return seconds;
  }

  /** The result per operation. */
  LockResult result(LockStep step, long fewestByOne, long mostByOne) {
    Histogram operation = step.work().kind() == LockWork.Kind.UNCONTENDED ? released : granted;
    long operations = operation.getTotalCount();
    if (operations == 0) {
      throw new IllegalStateException("no operation completed");
    }
    return new LockResult(
        step.service().name(),
        step.members(),
        step.work().toString(),
        step.round(),
        operations,
        operations / seconds,
        Latency.of(granted),
        Latency.of(released),
        fewestByOne,
        mostByOne,
        counted.changes() / operations,
        counted.logEntries() / operations,
        Double.isNaN(counted.messagesToClients()) ? null : counted.messagesToClients() / operations,
        clientCpuSeconds * 1e6 / operations,
        new Usage(
            serverCpuSeconds,
            serverCpuSeconds * 1e6 / operations,
            peakRssBytes,
            otherCpuSeconds / seconds));
  }
}
