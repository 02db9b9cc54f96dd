package io.metastore.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Reads the figures of a process from Linux' {@code /proc}. */
final class ProcFile {
  // USER_HZ: the kernel reports times to user space in hundredths of a second on every platform.
  private static final double TICKS_PER_SECOND = 100;
  private static final String RESET_PEAK_RSS = "5";

  private ProcFile() {}

  /** User and system time of a process so far, in seconds; 0 if the process does not exist. */
  static double cpuSeconds(long pid) {
    String stat = readOrEmpty(of(pid, "stat"));
    return stat.isEmpty() ? 0 : parseCpuSeconds(stat);
  }

  /** Busy time of all processors together so far, in seconds. */
  static double machineCpuSeconds() {
    return parseMachineCpuSeconds(readOrEmpty(Path.of("/proc/stat")));
  }

  /** Current resident memory of a process; 0 if the process does not exist. */
  static long rssBytes(long pid) {
    return parseBytes(readOrEmpty(of(pid, "status")), "VmRSS:");
  }

  /** Largest resident memory of a process since the last reset; 0 if the process does not exist. */
  static long peakRssBytes(long pid) {
    return parseBytes(readOrEmpty(of(pid, "status")), "VmHWM:");
  }

  /** Resets the peak to the current resident memory. Without permission, nothing changes. */
  static void resetPeakRss(long pid) {
    try {
      Files.writeString(of(pid, "clear_refs"), RESET_PEAK_RSS);
    } catch (IOException e) {
      // Only the owner of a process may do this; otherwise the peak counts from the start of the
      // process.
    }
  }

  /** User and system time in the text of {@code /proc/PID/stat}. */
  static double parseCpuSeconds(String stat) {
    // The second field is the command in parentheses and may itself contain both.
    String[] afterCommand = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    int utime = 14 - 3;
    int stime = 15 - 3;
    return (Long.parseLong(afterCommand[utime]) + Long.parseLong(afterCommand[stime]))
        / TICKS_PER_SECOND;
  }

  /** All time except idle and waiting time in the first line of {@code /proc/stat}. */
  static double parseMachineCpuSeconds(String stat) {
    // cpu  user nice system idle iowait irq softirq steal guest guest_nice; guests are in user.
    long[] ticks =
        stat.lines()
            .filter(line -> line.startsWith("cpu "))
            .flatMap(line -> Pattern.compile(" +").splitAsStream(line).skip(1))
            .mapToLong(Long::parseLong)
            .limit(8)
            .toArray();
    int idle = 3;
    int ioWait = 4;
    return ticks.length < 8
        ? 0
        : (Arrays.stream(ticks).sum() - ticks[idle] - ticks[ioWait]) / TICKS_PER_SECOND;
  }

  /** A value in the text of {@code /proc/PID/status}; 0 if it is missing. */
  static long parseBytes(String status, String name) {
    // A process that has ended but was not waited for has no memory and no such line.
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(kibibytes -> Long.parseLong(kibibytes) * 1024)
        .findFirst()
        .orElse(0);
  }

  private static Path of(long pid, String file) {
    return Path.of("/proc", Long.toString(pid), file);
  }

  private static String readOrEmpty(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
