package io.metastore.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The live data on the heap of a server that is a JVM. */
public final class JavaHeap {
  // One line for each generation, or a single one; lines for spaces within a generation say "%
  // used".
  private static final Pattern USED = Pattern.compile(", used ([0-9]+)K");

  private JavaHeap() {}

  /**
   * Bytes in use after a full garbage collection, which this triggers; empty if the process is not
   * a JVM.
   */
  public static OptionalLong liveBytes(long pid) throws InterruptedException {
    // jcmd begins with a signal that would end another program.
    if (!isJvm(pid)) {
      return OptionalLong.empty();
    }
    ask(pid, "GC.run");
    return parseUsedBytes(ask(pid, "GC.heap_info"));
  }

  private static boolean isJvm(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().command())
        .map(program -> Path.of(program).endsWith("java"))
        .orElse(false);
  }

  static OptionalLong parseUsedBytes(String heapInfo) {
    long[] kibibytes =
        USED.matcher(heapInfo).results().mapToLong(used -> Long.parseLong(used.group(1))).toArray();
    return kibibytes.length == 0
        ? OptionalLong.empty()
        : OptionalLong.of(Arrays.stream(kibibytes).sum() * 1024);
  }

  private static String ask(long pid, String question) throws InterruptedException {
    try {
      Process jcmd =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(pid),
                  question)
              .redirectErrorStream(true)
              .start();
      String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (jcmd.waitFor() != 0) {
        throw new IllegalStateException("process " + pid + " does not answer: " + answer);
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
