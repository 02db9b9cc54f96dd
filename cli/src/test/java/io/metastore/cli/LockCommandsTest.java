package io.metastore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.CloseClientRequest;
import io.metastore.cli.Shell.Ran;
import io.metastore.cli.console.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** lock, locks and clients. Each test uses a lock of its own. */
@Timeout(180)
final class LockCommandsTest {
  @TempDir private static Path directory;

  private static TestServer server;
  private static Shell shell;

  @BeforeAll
  static void start() throws Exception {
    server = TestServer.start(directory);
    shell = new Shell("--endpoints", server.endpoint());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void commandGetsTheLocksVariablesAndItsExitCodeIsReturned() throws Exception {
    String script =
        "echo $METASTORE_LOCK_PATH; echo $METASTORE_LOCK_TOKEN; echo $METASTORE_SEQUENCER; exit 7";
    try (CommandProcess command = lock("/l/env", "--", "sh", "-c", script)) {
      assertThat(command.nextLine()).isEqualTo("/l/env");
      assertThat(Long.parseLong(command.nextLine())).isPositive();
      assertThat(command.nextLine()).isNotBlank();
      assertThat(command.awaitExit()).isEqualTo(7);
    }
    assertThat(shell.run("locks", "/l/env").exitCode()).isEqualTo(ExitCode.NO.code());
  }

  @Test
  void signalsGoToTheCommand() throws Exception {
    for (String signal : List.of("INT", "TERM", "HUP")) {
      String script =
          "trap 'echo got "
              + signal
              + "; exit 9' "
              + signal
              + "; echo ready; while :; do sleep 0.1; done";
      try (CommandProcess command = lock("/l/signal", "--", "sh", "-c", script)) {
        assertThat(command.nextLine()).isEqualTo("ready");
        command.signal(signal);
        assertThat(command.nextLine()).isEqualTo("got " + signal);
        assertThat(command.awaitExit()).isEqualTo(9);
      }
    }
  }

  @Test
  void commandEndedByASignalHasTheExitCodeOfShells() throws Exception {
    try (CommandProcess command = lock("/l/kill", "--", "sh", "-c", "kill -s KILL $$")) {
      assertThat(command.awaitExit()).isEqualTo(128 + 9);
    }
  }

  @Test
  void commandAndItsChildrenAreStoppedWhenTheClientIsClosed() throws Exception {
    String script = "trap '' TERM; sleep 1000 & echo $!; echo $$; wait";
    try (CommandProcess command = lock("/l/lost", "--grace", "1s", "--", "sh", "-c", script)) {
      List<ProcessHandle> family = new ArrayList<>();
      for (int number = 0; number < 2; number++) {
        family.add(ProcessHandle.of(Long.parseLong(command.nextLine())).orElseThrow());
      }
      closeClient(onlyPlace("/l/lost").get("client").getAsString());
      assertThat(command.awaitExit()).isEqualTo(ExitCode.LOCK_LOST.code());
      command.awaitErrorLine("metastore: lost the lock /l/lost: ");
      for (ProcessHandle member : family) {
        assertThat(member.onExit()).succeedsWithin(Duration.ofSeconds(30));
      }
    }
  }

  @Test
  void commandIsStoppedWhenTheLocksKeyIsDeleted() throws Exception {
    String script = "echo ready; while :; do sleep 0.1; done";
    try (CommandProcess command = lock("/l/deleted", "--", "sh", "-c", script)) {
      assertThat(command.nextLine()).isEqualTo("ready");
      String client = onlyPlace("/l/deleted").get("client").getAsString();
      assertThat(shell.run("rm", "/l/deleted/" + client).exitCode()).isZero();
      assertThat(command.awaitExit()).isEqualTo(ExitCode.LOCK_LOST.code());
      command.awaitErrorLine("its place in the queue was deleted");
    }
  }

  @Test
  void withoutACommandTheLockIsHeldUntilCtrlC() throws Exception {
    try (CommandProcess holder = lock("/l/hold", "-o", "json")) {
      JsonObject told = JsonParser.parseString(holder.nextLine()).getAsJsonObject();
      assertThat(told.get("lock").getAsString()).isEqualTo("/l/hold");
      assertThat(told.get("sequencer").getAsString()).isNotBlank();
      String fence = "/l/hold:" + told.get("token").getAsLong();
      assertThat(shell.run("put", "/fenced", "v", "--fence", fence).exitCode()).isZero();
      holder.signal("INT");
      assertThat(holder.awaitExit()).isZero();
      assertThat(shell.run("put", "/fenced", "v", "--fence", fence).exitCode())
          .isEqualTo(ExitCode.NO.code());
    }
  }

  @Test
  void waitingCommandReportsTheQueue() throws Exception {
    try (CommandProcess holder = lock("/l/wait")) {
      holder.nextLine();
      assertThat(shell.run("lock", "/l/wait", "--try").exitCode()).isEqualTo(ExitCode.NO.code());
      Ran late = shell.run("lock", "/l/wait", "--timeout", "0.1s");
      assertThat(late.exitCode()).isEqualTo(ExitCode.NO.code());
      assertThat(late.err()).contains("another client holds /l/wait");
      try (CommandProcess next = lock("/l/wait", "--", "echo", "my turn")) {
        assertThat(next.awaitErrorLine("waiting for /l/wait"))
            .contains("behind 1 other; held by ", ":metastore lock");
        try (CommandProcess last = lock("/l/wait", "--", "echo", "never")) {
          last.awaitErrorLine("behind 2 others");
          last.signal("TERM");
          assertThat(last.awaitExit()).isEqualTo(128 + 15);
        }
        assertThat(shell.run("locks", "/l/wait").lines()).hasSize(3);
        holder.signal("INT");
        assertThat(next.nextLine()).isEqualTo("my turn");
        assertThat(next.awaitExit()).isZero();
      }
    }
  }

  @Test
  void locksAndClientsAreShown() throws Exception {
    try (CommandProcess one = lock("/l/seen", "--shared");
        CommandProcess other = lock("/l/seen", "--shared")) {
      one.nextLine();
      other.nextLine();
      Ran queue = shell.run("locks", "/l/seen");
      assertThat(queue.lines().get(0)).matches("STATE +MODE +TOKEN +AGE +CLIENT +LABEL");
      assertThat(queue.lines().subList(1, 3))
          .allMatch(
              line -> line.matches("held +shared +\\d+ +\\d+s +[0-9a-f]+ +\\S+:metastore lock"));
      assertThat(shell.run("locks", "--below", "/l/seen").lines()).hasSize(1);
      assertThat(shell.run("locks").lines()).anyMatch(line -> line.matches("/l/seen +shared .*"));
      JsonObject lock =
          shell.run("locks", "-o", "json").lines().stream()
              .map(line -> JsonParser.parseString(line).getAsJsonObject())
              .filter(line -> line.get("lock").getAsString().equals("/l/seen"))
              .findFirst()
              .orElseThrow();
      assertThat(lock.getAsJsonArray("holders")).hasSize(2);
      assertThat(lock.get("waiters").getAsLong()).isZero();
      assertThat(shell.run("clients").lines())
          .anyMatch(line -> line.matches("[0-9a-f]+ +10s +\\d+s +\\S+:metastore lock"));
      assertThat(shell.run("clients", "-o", "json").lines())
          .anyMatch(line -> line.contains("\"ttl_ms\":10000"));
    }
  }

  @Test
  void missingCommandIsAnError() throws Exception {
    try (CommandProcess command = lock("/l/none", "--", "/no/such/program")) {
      assertThat(command.awaitExit()).isEqualTo(ExitCode.USAGE.code());
      command.awaitErrorLine("/no/such/program");
    }
    assertThat(shell.run("lock", "/l/none", "--grace", "2m", "--", "true").exitCode())
        .isEqualTo(ExitCode.USAGE.code());
  }

  private static CommandProcess lock(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("--endpoints", server.endpoint(), "lock"));
    all.addAll(List.of(words));
    return CommandProcess.start(all.toArray(String[]::new));
  }

  private static JsonObject onlyPlace(String lock) {
    List<String> places = shell.run("locks", lock, "-o", "json").lines();
    assertThat(places).hasSize(1);
    return JsonParser.parseString(places.get(0)).getAsJsonObject();
  }

  private static void closeClient(String id) {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget("dns:///" + server.endpoint()).usePlaintext().build();
    try {
      ClientsGrpc.newBlockingStub(channel)
          .closeClient(CloseClientRequest.newBuilder().setClientId(Long.parseLong(id, 16)).build());
    } finally {
      channel.shutdownNow();
    }
  }
}
