package io.metastore.compat.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every user makes every call, on keys inside, outside and across the ranges that it may access.
 * The expected results were recorded from a real etcd, in {@code auth/permissions.txt}.
 *
 * <p>{@code -Dcompat.server=…/etcd-newest} runs the calls against a real etcd (see {@code
 * bench/peers.sh}), and with {@code -Dpermissions.rewrite=true} records its results.
 */
class PermissionMatrixTest {
  private static final Path EXPECTED = Path.of("src/test/resources/auth/permissions.txt");

  @Test
  void permissionsAreThoseOfEtcd() throws Exception {
    List<String> answers = new ArrayList<>();
    try (ClusterProcesses cluster = ClusterProcesses.one(PermissionMatrixTest.class)) {
      Users users = new Users(cluster.only().channel());
      Calls calls = new Calls(users.root());
      users
          .channels()
          .forEach(
              (user, channel) ->
                  answers.addAll(Calls.lines(user, calls.makeAll(channel, user.equals("root")))));
    }
    if (Boolean.getBoolean("permissions.rewrite")) {
      Files.write(EXPECTED, answers, UTF_8);
    }
    List<String> expected = Files.readAllLines(EXPECTED, UTF_8);
    assertThat(answers)
        .containsExactlyElementsOf(ServerProcess.isOther() ? expected : withReasons(expected));
  }

  /** etcd ends Observe without an error where Leader returns one; we return the error for both. */
  private static List<String> withReasons(List<String> expected) {
    List<String> all = new ArrayList<>();
    String leader = "";
    for (String line : expected) {
      if (line.contains(" | Leader ")) {
        leader = line;
      }
      boolean silent = line.contains(" | Observe ") && line.endsWith(" | ended");
      all.add(silent ? leader.replace(" | Leader ", " | Observe ") : line);
    }
    return all;
  }
}
