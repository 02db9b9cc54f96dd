package io.metastore.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a running server, and servers made from them. */
class BackupTest {
  @TempDir Path directory;
  private final CommandRuns commands = new CommandRuns();

  @Test
  @Timeout(120)
  void aServerStartsOnARestoredBackup() throws Exception {
    int port = ServerProcess.freePort();
    String endpoint = "--endpoints=127.0.0.1:" + port;
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");
    try (ServerProcess server =
        ServerProcess.start(
            Map.of(),
            ServerProcess.alone(directory.resolve("data"), port, ServerProcess.freePort()))) {
      server.awaitLine("ready to serve client requests");
      commands.run(0, "put", "/config/a", "first", endpoint);
      commands.run(0, "backup", first.toString(), endpoint);
      commands.run(0, "put", "/config/a", "second", endpoint);
      JsonObject summary =
          JsonParser.parseString(
                  commands.run(
                      0, "backup", second.toString(), "--base=" + first, "-o", "json", endpoint))
              .getAsJsonObject();
      assertThat(summary.get("linkedBytes").getAsLong()).isPositive();
      assertThat(commands.run(5, "backup", second.toString(), endpoint)).isEmpty();
      assertThat(commands.errors()).contains("already exists");
    }
    assertThat(commands.run(0, "check", directory.resolve("data").toString()))
        .contains("no faults found");
    assertThat(commands.run(0, "check", second.toString())).contains("no faults found");

    String[] restore = {"restore", second.toString(), "--data-dir=" + directory.resolve("new")};
    commands.run(0, restore);
    commands.run(5, restore);
    assertThat(commands.errors()).contains("already contains data");
    int newPort = ServerProcess.freePort();
    try (ServerProcess server =
        ServerProcess.start(
            Map.of(),
            ServerProcess.alone(directory.resolve("new"), newPort, ServerProcess.freePort()))) {
      server.awaitLine("ready to serve client requests");
      String newEndpoint = "--endpoints=127.0.0.1:" + newPort;
      assertThat(commands.run(0, "get", "/config/a", newEndpoint)).contains("second");
      commands.run(0, "put", "/config/a", "third", newEndpoint);
    }
    assertThat(commands.run(0, "check", second.toString()))
        .as("the new server has not changed the backup")
        .contains("no faults found");
    damage(second);
    assertThat(
            commands.run(5, "restore", second.toString(), "--data-dir=" + directory.resolve("x")))
        .isEmpty();
    assertThat(commands.errors()).contains("of the backup is damaged");
    assertThat(directory.resolve("x")).doesNotExist();
  }

  private static void damage(Path backup) throws Exception {
    try (Stream<Path> files = Files.list(backup.resolve("tables"))) {
      Path data = files.filter(file -> file.toString().endsWith(".sst")).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(data);
      bytes[0] ^= 1;
      Files.write(data, bytes);
    }
  }
}
