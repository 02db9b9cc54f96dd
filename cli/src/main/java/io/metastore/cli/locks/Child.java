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

/** The command that runs while the lock is held, with our input and output. Thread-safe. */
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

  /** Done when it has ended, with its exit code; 128 and the number if a signal ended it. */
  CompletableFuture<Integer> exit() {
    return exit;
  }

  /** Passes a signal on, unless it came from the terminal: then the command got it from there. */
  void signal(String name) {
    if (name.equals("TERM")) {
      process.destroy();
    } else if (!inForeground()) {
      send(name);
    }
  }

  /** Ends it and all that it started, by TERM and, for what is left after some time, by KILL. */
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

  /** Java itself sends TERM and KILL only. */
  private void send(String name) {
    String kill = "kill -s " + name + " " + process.pid();
    try {
      new ProcessBuilder("sh", "-c", kill).inheritIO().start();
    } catch (IOException e) {
      process.destroy();
    }
  }

  /**
   * Whether what is typed at the terminal reaches this process, and so the command, which is in the
   * same process group. False where that cannot be known.
   */
  private static boolean inForeground() {
    try {
      String state = Files.readString(OWN_STATE);
      // Behind the name, which may have any characters: state, parent, group, session, terminal,
      // and the group in the terminal's foreground.
      String[] fields = state.substring(state.lastIndexOf(')') + 2).split(" ", -1);
      return fields[2].equals(fields[5]);
    } catch (IOException e) {
      return false;
    }
  }
}
