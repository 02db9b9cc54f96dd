package io.metastore.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code metastore migrate etcd}, with a server of this project as the source. A script in {@code
 * compat-tests/other-clients} does the same with a real etcd.
 */
class MigrateTest {
  @TempDir Path directory;
  private final CommandRuns commands = new CommandRuns();

  @Test
  @Timeout(120)
  void theTargetHasTheRevisionsOfTheSource() throws Exception {
    int sourcePort = ServerProcess.freePort();
    int targetPort = ServerProcess.freePort();
    String source = "--endpoints=127.0.0.1:" + sourcePort;
    String target = "--endpoints=127.0.0.1:" + targetPort;
    String[] migrate = {
      "migrate", "etcd", "--from=http://127.0.0.1:" + sourcePort, "--once", target
    };
    String snapshot = directory.resolve("begin.db").toString();
    Path targetData = directory.resolve("target");
    try (ServerProcess etcd =
        ServerProcess.start(
            Map.of(),
            ServerProcess.alone(
                directory.resolve("source"), sourcePort, ServerProcess.freePort()))) {
      etcd.awaitLine("ready to serve client requests");
      commands.run(0, "put", "/a", "1", source);
      commands.run(0, "put", "/a", "2", source);
      commands.run(0, "export", "etcd", snapshot, source);
      commands.run(0, "import", "etcd", snapshot, "--data-dir=" + targetData);
      try (ServerProcess server =
          ServerProcess.start(
              Map.of(), ServerProcess.alone(targetData, targetPort, ServerProcess.freePort()))) {
        server.awaitLine("ready to serve client requests");
        commands.run(0, "put", "/b", "3", source);
        commands.run(0, "rm", "/a", source);
        commands.run(0, "put", "/a", "4", source);
        assertThat(commands.run(0, migrate)).isEqualTo("equal at revision 6\n");
        assertThat(commands.run(0, "get", "/a", target)).contains("4");
        assertThat(commands.run(0, migrate)).as("again").isEqualTo("equal at revision 6\n");

        commands.run(0, "put", "/own", "5", target);
        commands.run(5, migrate);
        assertThat(commands.errors()).contains("the target is at revision 7, but the source at 6");
        commands.run(0, "put", "/b", "6", source);
        commands.run(5, migrate);
        assertThat(commands.errors())
            .contains("the keys of the target differ from those of the source at revision 7");
      }
    }
  }
}
