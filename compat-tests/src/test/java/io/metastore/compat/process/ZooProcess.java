package io.metastore.compat.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server process that is configured by {@code zoo.cfg}: ZooKeeper's own, or Metastore. */
public final class ZooProcess implements AutoCloseable {
  private static final int ANSWER_MS = 2000;

  private final Process process;

  private ZooProcess(Process process) {
    this.process = process;
  }

  /** Starts ZooKeeper's own server. */
  public static ZooProcess real(Path zooCfg) throws IOException {
    return start(
        List.of(
            "-Dzookeeper.extendedTypesEnabled=true",
            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
            zooCfg.toString()),
        zooCfg);
  }

  /** Starts Metastore. */
  public static ZooProcess ours(Path zooCfg) throws IOException {
    return start(List.of("io.metastore.server.Main", "zookeeper", zooCfg.toString()), zooCfg);
  }

  /** Runs a command of {@code bin/metastore}; its last word is a path that does not exist yet. */
  public static ZooProcess command(String... words) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("io.metastore.server.Main"));
    arguments.addAll(List.of(words));
    return start(arguments, Path.of(words[words.length - 1]));
  }

  private static ZooProcess start(List<String> arguments, Path zooCfg) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(arguments);
    return new ZooProcess(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(
                    zooCfg.resolveSibling(zooCfg.getFileName() + ".log").toFile()))
            .start());
  }

  /** Waits until the server answers {@code srvr} as a server that serves; returns the answer. */
  public String awaitServing(int clientPort) throws InterruptedException {
    List<String> answer = new ArrayList<>();
    Await.until(
        "serving on port " + clientPort,
        () -> {
          if (!process.isAlive()) {
            throw new IllegalStateException("ended with " + process.exitValue());
          }
          answer.add(word("srvr", clientPort));
          return answer.get(answer.size() - 1).contains("Mode: ");
        });
    return answer.get(answer.size() - 1);
  }

  /** The answer to a four-letter word. */
  public static String word(String word, int clientPort) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), clientPort);
        InputStream in = socket.getInputStream()) {
      socket.setSoTimeout(ANSWER_MS); // a server that is just starting may never answer
      socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Waits until the process has ended by itself; returns its exit code. */
  public int awaitEnd() throws InterruptedException {
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("does not end");
    }
    return process.exitValue();
  }

  /** Ends the process with SIGTERM and waits for that. */
  public void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("does not end");
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
