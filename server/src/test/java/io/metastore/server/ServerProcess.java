package io.metastore.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server in a separate process, started as a launcher would, on the test class path. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader stderr;

  /** All lines read from standard error so far. */
  final List<String> lines = new ArrayList<>();

  private ServerProcess(Process process) {
    this.process = process;
    this.stderr = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8));
  }

  static ServerProcess start(Map<String, String> variables, String... flags) throws IOException {
    return start("etcd", variables, flags);
  }

  /**
   * As {@link #start(Map, String...)}.
   *
   * @param startedAs the first word of the command line
   */
  static ServerProcess start(String startedAs, Map<String, String> variables, String... flags)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), startedAs));
    command.addAll(List.of(flags));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_"));
    builder.environment().putAll(variables);
    return new ServerProcess(builder.start());
  }

  /** Flags of a single member on free ports. */
  static String[] alone(Path dataDirectory, int clientPort, int peerPort) {
    String client = "http://127.0.0.1:" + clientPort;
    String peer = "http://127.0.0.1:" + peerPort;
    return new String[] {
      "--data-dir=" + dataDirectory,
      "--listen-client-urls=" + client,
      "--advertise-client-urls=" + client,
      "--listen-peer-urls=" + peer,
      "--initial-advertise-peer-urls=" + peer
    };
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads until a line contains {@code text} and returns that line; fails if the process ends
   * first.
   */
  String awaitLine(String text) throws IOException {
    for (String line; (line = stderr.readLine()) != null; ) {
      lines.add(line);
      if (line.contains(text)) {
        return line;
      }
    }
    throw new AssertionError("ended without \"" + text + "\": " + lines);
  }

  /** Sends SIGTERM. */
  void terminate() {
    // Through the handle, because Process.destroy also closes the streams, whose end is still to be
    // read.
    process.toHandle().destroy();
  }

  /** Reads the rest of standard error and waits for the end of the process. */
  int awaitExit() throws IOException, InterruptedException {
    stderr.lines().forEach(lines::add);
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new AssertionError("does not end: " + lines);
    }
    return process.exitValue();
  }

  String stdout() throws IOException {
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
