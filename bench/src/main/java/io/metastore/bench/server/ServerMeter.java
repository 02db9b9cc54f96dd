package io.metastore.bench.server;

import io.metastore.bench.report.Usage;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Measures what server processes use from one moment to another.
 *
 * <p>A server counts with all its child processes, so a launcher script that stays may be given.
 */
public final class ServerMeter {
  private final List<Long> pids;
  private long startNanos;
  private double cpuSecondsAtStart;
  private double otherCpuSecondsAtStart;

  /**
   * A meter of the servers with these process ids.
   *
   * @throws IllegalArgumentException if there is no such process: the load would then go to a
   *     server other than the one meant, with nothing to show for it but zeros
   */
  public ServerMeter(List<Long> pids) {
    this.pids = List.copyOf(pids);
    for (long pid : pids) {
      if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
        throw new IllegalArgumentException("no process " + pid);
      }
    }
  }

  /** Whether there is anything to measure. */
  public boolean isEmpty() {
    return pids.isEmpty();
  }

  /** Makes the peaks of memory count from now on, where the kernel permits it. */
  public void resetPeakRss() {
    pids.forEach(pid -> family(pid).forEach(ProcFile::resetPeakRss));
  }

  /** Resident memory of all servers now. */
  public long rssBytes() {
    return pids.stream().flatMapToLong(ServerMeter::family).map(ProcFile::rssBytes).sum();
  }

  /** Largest resident memory of each server since the last reset. */
  public long peakRssBytes() {
    return pids.stream().mapToLong(this::peak).sum();
  }

  /** Begins the measured time. */
  public void start() {
    startNanos = System.nanoTime();
    cpuSecondsAtStart = cpuSeconds();
    otherCpuSecondsAtStart = otherCpuSeconds();
  }

  /** What was used since the start, for so many operations. */
  public Usage stop(long operations) {
    double used = cpuSeconds() - cpuSecondsAtStart;
    double others = otherCpuSeconds() - otherCpuSecondsAtStart;
    return new Usage(
        used,
        operations == 0 ? 0 : used * 1e6 / operations,
        pids.stream().map(this::peak).toList(),
        Math.max(0, others * 1e9 / (System.nanoTime() - startNanos)));
  }

  /** What neither the servers nor this process used. */
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
