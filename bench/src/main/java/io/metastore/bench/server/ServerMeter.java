package io.metastore.bench.server;

import io.metastore.bench.report.Usage;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Measures the resource usage of server processes between two moments.
 *
 * <p>The child processes of a server are included, so a launcher script that keeps running may be
 * given.
 */
public final class ServerMeter {
  private final List<Long> pids;
  private long startNanos;
  private double cpuSecondsAtStart;
  private double otherCpuSecondsAtStart;

  /**
   * Measures the servers with these process IDs.
   *
   * @throws IllegalArgumentException if a process does not exist: otherwise a wrong ID would go
   *     unnoticed and the results would be zero
   */
  public ServerMeter(List<Long> pids) {
    this.pids = List.copyOf(pids);
    for (long pid : pids) {
      if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
        throw new IllegalArgumentException("no process with ID " + pid);
      }
    }
  }

  /** Whether there is anything to measure. */
  public boolean isEmpty() {
    return pids.isEmpty();
  }

  /** Resets the memory peaks, if the kernel permits it. */
  public void resetPeakRss() {
    pids.forEach(pid -> family(pid).forEach(ProcFile::resetPeakRss));
  }

  /** Current resident memory of all servers. */
  public long rssBytes() {
    return pids.stream().flatMapToLong(ServerMeter::family).map(ProcFile::rssBytes).sum();
  }

  /** Largest resident memory of each server since the last reset. */
  public long peakRssBytes() {
    return pids.stream().mapToLong(this::peak).sum();
  }

  /** Begins the measurement. */
  public void start() {
    startNanos = System.nanoTime();
    cpuSecondsAtStart = cpuSeconds();
    otherCpuSecondsAtStart = otherCpuSeconds();
  }

  /** The usage since the start, for this number of operations. */
  public Usage stop(long operations) {
    double used = cpuSeconds() - cpuSecondsAtStart;
    double others = otherCpuSeconds() - otherCpuSecondsAtStart;
    return new Usage(
        used,
        operations == 0 ? 0 : used * 1e6 / operations,
        pids.stream().map(this::peak).toList(),
        Math.max(0, others * 1e9 / (System.nanoTime() - startNanos)));
  }

  /** CPU time used by other processes than the servers and this one. */
  private double otherCpuSeconds() {
    double own = ProcFile.cpuSeconds(ProcessHandle.current().pid());
    return ProcFile.machineCpuSeconds() - cpuSeconds() - own;
  }

  private double cpuSeconds() {
    return pids.stream().flatMapToLong(ServerMeter::family).mapToDouble(ProcFile::cpuSeconds).sum();
  }

  private long peak(long pid) {
    return family(pid).map(ProcFile::peakRssBytes).sum();
  }

  private static LongStream family(long pid) {
    return LongStream.concat(
        LongStream.of(pid),
        ProcessHandle.of(pid).stream()
            .flatMap(ProcessHandle::descendants)
            .mapToLong(ProcessHandle::pid));
  }
}
