package io.metastore.bench.faults.testbed;

import com.google.gson.JsonParser;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.Member;
import io.metastore.bench.server.ServerKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A snapshot in etcd's format, in a directory of its own. It can be restored to a cluster that is
 * thrown away afterwards. Used by one thread.
 */
public final class SavedSnapshot implements AutoCloseable {
  static final String FILE = "snapshot.db";

  /** The flags of a new member that etcdutl takes, too. */
  private static final List<String> RESTORED =
      List.of(
          "--name=",
          "--data-dir=",
          "--initial-cluster=",
          "--initial-cluster-token=",
          "--initial-advertise-peer-urls=");

  private final Path directory;
  private final ServerKind kind;
  private final List<String> etcdutl;

  /**
   * @param directory contains {@link #FILE}; deleted by {@link #close}
   */
  SavedSnapshot(Path directory, ServerKind kind, List<String> etcdutl) {
    this.directory = directory;
    this.kind = kind;
    this.etcdutl = etcdutl;
  }

  /** The revision of the snapshot, as {@code etcdutl snapshot status} reports it. */
  public long revision() throws InterruptedException {
    String status = etcdutl(List.of("snapshot", "status", file(), "--write-out=json"));
    return JsonParser.parseString(status).getAsJsonObject().get("revision").getAsLong();
  }

  /** Restores the snapshot to a new cluster of one member, and stops it after the action. */
  public void restore(Consumer<ManagedChannel> action) {
    try (Cluster cluster = Cluster.start(kind.startedBy(this::restored), 1, directory)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(cluster.endpoints().get(0).address())
              .usePlaintext()
              .build();
      try {
        action.accept(channel);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private String file() {
    return directory.resolve(FILE).toString();
  }

  /** Fills a member's data directory, and returns the command that starts the member. */
  private List<String> restored(Member member, List<Member> cluster, Path data) {
    List<String> server = kind.command(member, cluster, data);
    List<String> restore = new ArrayList<>(List.of("snapshot", "restore", file()));
    server.stream()
        .filter(flag -> RESTORED.stream().anyMatch(flag::startsWith))
        .forEach(restore::add);
    try {
      etcdutl(restore);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while restoring", e);
    }
    return server;
  }

  /** Runs etcdutl, and returns its standard output. */
  private String etcdutl(List<String> arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(etcdutl);
    command.addAll(arguments);
    Path errors = directory.resolve("etcdutl.log");
    try {
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IllegalStateException(
            "%s ended with %d: %s".formatted(command, exit, Files.readString(errors)));
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command, e);
    }
  }

  @Override
  public void close() {
    Testbed.deleteTree(directory);
  }
}
