package io.metastore.cli.locks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The command that runs while the lock is held. It shares this process's standard input, output and
 * error. Thread-safe.
 */
final class Child {
  private static final Path OWN_STATE = Path.of("/proc/self/stat");

  private final Process process;
  private final CompletableFuture<Integer> exit;

  private Child(Process process) {
    this.process = process;
    this.exit = process.onExit().thenApply(Process::exitValue);
  }

  static Child start(List<String> command, Map<String, String> variables) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(variables);
    return new Child(builder.start());
  }

  /**
   * Completes with the command's exit code when it ends; with 128 plus the signal number if a
   * signal ended it.
   */
  CompletableFuture<Integer> exit() {
    return exit;
  }

  /**
   * Forwards a signal to the command, unless it came from the terminal, which has already sent it
   * to the command.
   */
  void signal(String name) {
    if (name.equals("TERM")) {
      process.destroy();
    } else if (!inForeground()) {
      send(name);
    }
  }

  /**
   * Ends the command and all processes that it started: sends TERM and, after the grace period,
   * KILL.
   */
  void stop(Duration grace) throws InterruptedException {
    List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
    family.add(process.toHandle());
    family.forEach(ProcessHandle::destroy);
    CompletableFuture<Void> ended =
        CompletableFuture.allOf(
            family.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
    ended
        .completeOnTimeout(null, grace.toNanos(), TimeUnit.NANOSECONDS)
        .thenRun(() -> family.forEach(ProcessHandle::destroyForcibly))
        .join();
    process.waitFor();
  }

  /** Sends a signal by {@code kill}, because Java itself can send TERM and KILL only. */
  private void send(String name) {
    String kill = "kill -s " + name + " " + process.pid();
    try {
      new ProcessBuilder("sh", "-c", kill).inheritIO().start();
    } catch (IOException e) {
      process.destroy();
    }
  }

  /**
   * Whether signals typed at the terminal reach this process. They then reach the command too,
   * which is in the same process group. False where this cannot be determined.
   */
  private static boolean inForeground() {
    try {
      String state = Files.readString(OWN_STATE);
      // The fields after the name (which may contain any character): state, parent, group, session,
      // terminal, and the terminal's foreground group.
      String[] fields = state.substring(state.lastIndexOf(')') + 2).split(" ", -1);
      return fields[2].equals(fields[5]);
    } catch (IOException e) {
      return false;
    }
  }
}
