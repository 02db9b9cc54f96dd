package io.metastore.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.metastore.cli.Shell.Ran;
import io.metastore.cli.console.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The txn command. Each test uses keys of its own. */
@Timeout(120)
final class TxnCommandTest {
  private static final String TAKE_OWNERSHIP =
      """
      # One owner at a time
      if
        absent /own/owner
      then
        put /own/owner "host \\"7\\""
        put /own/log ""
      else
        get /own/owner
      """;

  @TempDir private static Path directory;

  private static TestServer server;
  private static Shell shell;

  @BeforeAll
  static void start() throws Exception {
    server = TestServer.start(directory.resolve("data"));
    shell = new Shell("--endpoints", server.endpoint());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void conditionsDecideWhichBranchRuns() throws Exception {
    Ran first = txn(TAKE_OWNERSHIP);
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.out()).matches("then revision \\d+\n");
    Ran second = txn(TAKE_OWNERSHIP);
    assertThat(second.exitCode()).isEqualTo(ExitCode.NO.code());
    assertThat(second.err()).isEqualTo("metastore: condition failed: absent /own/owner\n");
    assertThat(second.lines()).element(1).isEqualTo("/own/owner\thost \"7\"");
    Path file = Files.writeString(directory.resolve("txn"), TAKE_OWNERSHIP);
    Ran json = shell.run("txn", file.toString(), "-o", "json");
    JsonObject answer = JsonParser.parseString(json.out()).getAsJsonObject();
    assertThat(answer.get("branch").getAsString()).isEqualTo("else");
    assertThat(answer.get("failed_condition").getAsString()).isEqualTo("absent /own/owner");
    assertThat(answer.getAsJsonArray("results")).hasSize(1);
  }

  @Test
  void allFormsOfConditionsAndOperationsWork() {
    shell.run("put", "/all/a", "one");
    long revision =
        Long.parseLong(shell.run("put", "/all/a", "two\n").out().split(" ", -1)[1].strip());
    shell.run("put", "/all/d/e", "x");
    Ran ran =
        txn(
            """
            if
              present /all/a
              value /all/a "two\\n"
              revision /all/a %1$d
              unchanged /all/a %1$d
            then
              put /all/b \\x
              rm /all/a
              rm-r /all/d
              tree /all
            """
                .formatted(revision));
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.lines()).hasSize(2).element(1).isEqualTo("/all/b\t\\\\x");
    assertThat(txn("if\nfence /all/lock 3\nthen\nput /all/c x\n").exitCode()).isEqualTo(1);
    assertThat(shell.run("get", "/all/c").exitCode()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "put /a b",
        "then\nput /a",
        "then\nfrob /a",
        "if\nrevision /a x",
        "then\nput /a \"b",
        "then\nput /a \"b\\q\"",
        "then\nput /a b\"c",
      })
  void whatIsNoTransactionIsNamedByItsLine(String text) {
    Ran ran = txn("\n" + text);
    assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ran.err()).hasLineCount(1).matches("metastore: line [23]: .+\n");
  }

  private static Ran txn(String text) {
    return shell.runWithInput(text.getBytes(UTF_8), "txn");
  }
}
