package io.metastore.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.cli.console.Console;
import io.metastore.cli.console.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A command in a process of its own, which can be sent signals and whose children write to its
 * output.
 */
final class CommandProcess implements AutoCloseable {
  private static final long TIMEOUT_S = 60;

  /** Marks the end of the output. */
  private static final String END = "\0";

  /** Runs the commands as the launcher does, without the server. */
  static final class Main {
    private Main() {}

    public static void main(String[] words) {
      System.exit(
          Commands.run(
              Console.ofProcess(),
              System.getenv(),
              List.of("metastore"),
              Transport.DEFAULT,
              List.of(),
              List.of(words)));
    }
  }

  private final Process process;
  private final BlockingQueue<String> out;
  private final BlockingQueue<String> err;

  private CommandProcess(Process process) {
    this.process = process;
    this.out = read(process.getInputStream());
    this.err = read(process.getErrorStream());
  }

  /**
   * Starts a command without a controlling terminal, so that signals reach it only from the test,
   * and with the default signal handlers: a shell would make background processes ignore some
   * signals.
   */
  static CommandProcess start(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("setsid", "env", "--default-signal"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(List.of(words));
    return new CommandProcess(new ProcessBuilder(command).start());
  }

  String nextLine() throws InterruptedException {
    return next(out);
  }

  /** Waits for the next line of standard error that contains the text. */
  String awaitErrorLine(String text) throws InterruptedException {
    String line = next(err);
    while (!line.contains(text) && !line.equals(END)) {
      line = next(err);
    }
    assertThat(line).contains(text);
    return line;
  }

  void signal(String name) throws Exception {
    String kill = "kill -s " + name + " " + process.pid();
    assertThat(new ProcessBuilder("sh", "-c", kill).start().waitFor()).isZero();
  }

  int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)).as("ended").isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static String next(BlockingQueue<String> lines) throws InterruptedException {
    String line = lines.poll(TIMEOUT_S, TimeUnit.SECONDS);
    assertThat(line).as("a further line").isNotNull();
    return line;
  }

  private static BlockingQueue<String> read(InputStream from) {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader text = new BufferedReader(new InputStreamReader(from, UTF_8))) {
                text.lines().forEach(lines::add);
              } catch (IOException | UncheckedIOException e) {
                // The process has ended and closed the stream: append the end marker.
              } finally {
                lines.add(END);
              }
            });
    reader.setDaemon(true);
    reader.start();
    return lines;
  }
}
