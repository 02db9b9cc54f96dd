package io.metastore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.metastore.cli.Shell.Ran;
import io.metastore.cli.console.ExitCode;
import io.metastore.client.MetastoreClient;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** get, put, rm, ls, tree and watch. Each test uses keys of its own. */
@Timeout(120)
final class KeyCommandsTest {
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
  void getPrintsTheBareValue() {
    Ran put = shell.run("put", "/get/a", "hello world");
    assertThat(put.out()).matches("revision \\d+\n");
    Ran get = shell.run("get", "/get/a");
    assertThat(get).returns(0, Ran::exitCode).returns("hello world\n", Ran::out);
    assertThat(get.err()).isEmpty();
    assertThat(shell.run("get", "-n", "/get/a").out()).isEqualTo("hello world");
  }

  @Test
  void znodesAreReadAndListed() throws Exception {
    try (MetastoreClient client = MetastoreClient.builder().endpoints(server.endpoint()).build()) {
      client
          .transactions()
          .run(
              tx -> {
                assertThat(tx.findZnode("/app")).isNull();
                tx.createZnode("/app", ByteString.copyFromUtf8("hello"));
                tx.createZnode("/app/a", ByteString.EMPTY);
                tx.createZnode("/app/b", ByteString.EMPTY);
                return true;
              });
    }
    assertThat(shell.run("get", "--zookeeper", "/app").out()).isEqualTo("hello\n");
    assertThat(shell.run("get", "--zookeeper", "/none").exitCode()).isEqualTo(ExitCode.NO.code());
    assertThat(shell.run("ls", "--zookeeper", "/app").out()).isEqualTo("a\nb\n");
    assertThat(shell.run("ls", "--zookeeper", "/none").err()).contains("no such znode");
    assertThat(shell.run("tree", "--zookeeper", "/").out())
        .contains("├── app\n├── app/\n│   ├── a\n│   └── b\n");
    assertThat(shell.run("status").out()).contains("ZK SESSIONS");
  }

  @Test
  void anOldRevisionCanBeRead() {
    long first = revision(shell.run("put", "/old/a", "one"));
    shell.run("put", "/old/a", "two");
    assertThat(shell.run("get", "/old/a", "--revision", "" + first).out()).isEqualTo("one\n");
    assertThat(shell.run("get", "/old/a", "--consistency", "serializable").out())
        .isEqualTo("two\n");
    Ran future = shell.run("get", "/old/a", "--revision", "1000000");
    assertThat(future.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(future.err()).contains("the current revision is ").hasLineCount(1);
  }

  @Test
  void valuesThatAreNotTextAreKept() {
    byte[] bytes = {0, 1, (byte) 0xff, '\n'};
    assertThat(shell.runWithInput(bytes, "put", "/bytes", "-").exitCode()).isZero();
    assertThat(shell.run("get", "/bytes", "-n").bytes().toByteArray()).isEqualTo(bytes);
    JsonObject json = json(shell.run("get", "/bytes", "--output", "json"));
    assertThat(Base64.getDecoder().decode(json.get("value_base64").getAsString())).isEqualTo(bytes);
    assertThat(json.has("value")).isFalse();
  }

  @Test
  void jsonContainsAllFieldsOfAKey() {
    long revision = revision(shell.run("put", "/json/a", "späť"));
    JsonObject json = json(shell.run("-o", "json", "get", "/json/a"));
    assertThat(json.get("key").getAsString()).isEqualTo("/json/a");
    assertThat(json.get("value").getAsString()).isEqualTo("späť");
    assertThat(json.get("create_revision").getAsLong()).isEqualTo(revision);
    assertThat(json.get("mod_revision").getAsLong()).isEqualTo(revision);
    assertThat(json.get("version").getAsLong()).isEqualTo(1);
    JsonObject put = json(shell.run("-o", "json", "put", "/json/a", "x"));
    assertThat(put.get("revision").getAsLong()).isEqualTo(revision + 1);
  }

  @Test
  void missingKeyExitsWithOne() {
    Ran get = shell.run("get", "/absent");
    assertThat(get.exitCode()).isEqualTo(1);
    assertThat(get.out()).isEmpty();
    assertThat(get.err()).isEqualTo("metastore: no such key: /absent\n");
    assertThat(shell.run("rm", "/absent").exitCode()).isEqualTo(1);
    assertThat(shell.run("rm", "-r", "/absent").exitCode()).isEqualTo(1);
    JsonObject error =
        JsonParser.parseString(shell.run("-o", "json", "get", "/absent").err()).getAsJsonObject();
    assertThat(error.get("exit_code").getAsInt()).isEqualTo(1);
    assertThat(error.get("error").getAsString()).isEqualTo("no such key: /absent");
  }

  @Test
  void putHappensOnlyIfItsConditionsHold() {
    assertThat(shell.run("put", "/if/a", "1", "--if-absent").exitCode()).isZero();
    Ran again = shell.run("put", "/if/a", "2", "--if-absent");
    assertThat(again.exitCode()).isEqualTo(ExitCode.NO.code());
    assertThat(again.err()).hasLineCount(1).startsWith("metastore: ");
    long revision = revision(shell.run("put", "/if/a", "3"));
    assertThat(shell.run("put", "/if/a", "4", "--if-revision", "" + (revision - 1)).exitCode())
        .isEqualTo(ExitCode.NO.code());
    assertThat(shell.run("put", "/if/a", "5", "--if-revision", "" + revision).exitCode()).isZero();
    Ran fenced = shell.run("put", "/if/a", "6", "--fence", "/if/lock:7");
    assertThat(fenced.exitCode()).isEqualTo(ExitCode.NO.code());
    assertThat(shell.run("rm", "/if/a", "--if-revision", "1").exitCode())
        .isEqualTo(ExitCode.NO.code());
    assertThat(shell.run("get", "/if/a").out()).isEqualTo("5\n");
  }

  @Test
  void rmDeletesAKeyOrATree() {
    shell.run("put", "/rm/a", "1");
    shell.run("put", "/rm/a/b", "2");
    shell.run("put", "/rm/a/c/d", "3");
    assertThat(shell.run("rm", "/rm/a").out()).isEqualTo("deleted 1\n");
    JsonObject json = json(shell.run("rm", "-r", "/rm/a", "-o", "json"));
    assertThat(json.get("deleted").getAsLong()).isEqualTo(2);
    assertThat(shell.run("ls", "/rm").exitCode()).isEqualTo(1);
  }

  @Test
  void lsListsKeysAndDirectories() {
    long revision = revision(shell.run("put", "/ls/b", "12345"));
    shell.run("put", "/ls/a/x", "");
    shell.run("put", "/ls/b/y", "");
    assertThat(shell.run("ls", "/ls").lines()).containsExactly("a/", "b", "b/");
    assertThat(shell.run("ls", "-l", "/ls").lines())
        .anyMatch(line -> line.matches(" +5 +" + revision + " +1  b"));
    assertThat(shell.run("ls", "/ls", "-o", "json", "-l").lines())
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .anySatisfy(
            child -> {
              assertThat(child.get("name").getAsString()).isEqualTo("b");
              assertThat(child.get("kind").getAsString()).isEqualTo("both");
              assertThat(child.get("size").getAsInt()).isEqualTo(5);
            });
    Ran none = shell.run("ls", "/nothing");
    assertThat(none).returns(1, Ran::exitCode).returns("", Ran::out);
    assertThat(none.err()).isEqualTo("metastore: no such directory: /nothing\n");
  }

  @Test
  void treeShowsAllKeysBelow() {
    for (String key : new String[] {"/tree/a", "/tree/b/c/d", "/tree/b/e", "/tree/f/g"}) {
      shell.run("put", key, "v");
    }
    assertThat(shell.run("tree", "/tree").out())
        .isEqualTo(
            """
            /tree
            ├── a
            ├── b/
            │   ├── c/
            │   │   └── d
            │   └── e
            └── f/
                └── g

            4 keys, 3 directories
            """);
    assertThat(shell.run("tree", "/tree", "--depth", "1").lines())
        .containsExactly("/tree", "├── a", "├── b/", "└── f/", "", "1 keys, 2 directories");
    assertThat(shell.run("tree", "/tree", "-o", "json").lines())
        .hasSize(7)
        .contains("{\"directory\":\"/tree/b/c\"}");
    assertThat(shell.run("tree", "/nothing").exitCode()).isEqualTo(1);
    assertThat(shell.run("tree", "/tree", "--depth", "0").exitCode())
        .isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void directoryOfManyKeysNeedsSeveralPages() throws Exception {
    try (MetastoreClient client = MetastoreClient.builder().endpoints(server.endpoint()).build()) {
      for (int number = 0; number < 1_001; number++) {
        client.keyValue().put("/many/" + number, "v");
      }
    }
    assertThat(shell.run("ls", "/many").lines()).hasSize(1_001).doesNotHaveDuplicates();
    assertThat(shell.run("tree", "/many").lines())
        .hasSize(1_004)
        .contains("1001 keys, 0 directories");
  }

  @Test
  void watchPrintsChanges() {
    long from = revision(shell.run("put", "/watch/a", "one\ttwo\nthree\\"));
    shell.runWithInput(new byte[] {(byte) 0xfe}, "put", "/watch/b/c", "-");
    shell.run("rm", "/watch/a");
    String first = from + "\tPUT\t/watch/a\tone\\ttwo\\nthree\\\\";
    assertThat(watch(from, "2", "/watch/a").lines())
        .containsExactly(first, (from + 2) + "\tDELETE\t/watch/a");
    assertThat(watch(from, "3", "/watch", "--recursive").lines())
        .containsExactly(
            first, (from + 1) + "\tPUT\t/watch/b/c\t\\xfe", (from + 2) + "\tDELETE\t/watch/a");
    assertThat(watch(from, "2", "/watch", "--dir").lines())
        .containsExactly(first, (from + 2) + "\tDELETE\t/watch/a");
    JsonObject json = json(watch(from + 1, "1", "/watch", "-r", "-o", "json"));
    assertThat(json.get("kind").getAsString()).isEqualTo("put");
    assertThat(json.get("value_base64").getAsString()).isEqualTo("/g==");
    assertThat(shell.run("watch", "/watch", "-r", "--dir").exitCode())
        .isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void badPathIsRefusedWithItsPlace() {
    Ran get = shell.run("get", "/a//b");
    assertThat(get.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(get.err()).hasLineCount(1).contains("/a//b");
    JsonObject error =
        JsonParser.parseString(shell.run("-o", "json", "get", "/a//b").err()).getAsJsonObject();
    assertThat(error.get("reason").getAsString()).isEqualTo("BAD_PATH");
  }

  @Test
  void usageErrorsAreExplainedInOneLine() {
    Ran unknown = shell.run("get", "/a", "--frobnicate");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(unknown.err()).hasLineCount(1).contains("--frobnicate", "metastore get --help");
    assertThat(shell.run("get").exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(shell.run().exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(shell.run("gte", "/a").exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(shell.run("serve", "--name", "x").err()).contains("must be the first word");
  }

  @Test
  void unreachableServerExitsWithThree() throws Exception {
    String nobody;
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      nobody = "127.0.0.1:" + socket.getLocalPort();
    }
    Ran get = shell.run("get", "/a", "--endpoints", nobody, "--request-timeout", "1s");
    assertThat(get.exitCode()).isEqualTo(ExitCode.UNREACHABLE.code());
    assertThat(get.err()).hasLineCount(1).contains("cannot reach " + nobody);
  }

  @Test
  void endpointsAreParsedLikeEtcdsClientsDo() {
    shell.run("put", "/endpoint", "v");
    Ran http = shell.run("get", "/endpoint", "--endpoints", "http://" + server.endpoint());
    assertThat(http.out()).isEqualTo("v\n");
    for (String wrong : new String[] {"", "localhost", "ftp://localhost:2379", "a b:1"}) {
      Ran refused = shell.run("get", "/endpoint", "--endpoints", wrong);
      assertThat(refused.exitCode()).as(wrong).isEqualTo(ExitCode.USAGE.code());
      assertThat(refused.err()).hasLineCount(1);
    }
    assertThat(shell.run("get", "/endpoint", "--request-timeout", "0s").exitCode())
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(shell.run("watch", "/endpoint", "--count", "0").exitCode())
        .isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void valuesMayBeNamedLikeCommands() {
    assertThat(shell.run("put", "/like/a", "get").exitCode()).isZero();
    assertThat(shell.run("get", "/like/a").out()).isEqualTo("get\n");
    assertThat(shell.run("put", "/like/a", "acl").exitCode()).isZero();
    assertThat(shell.run("-o", "text", "get", "/like/a").out()).isEqualTo("acl\n");
  }

  @Test
  void helpListsAllCommandsEvenWithTheNameOfOne() {
    assertThat(shell.run("--help", "get").out()).contains("  put ", "  acl ", "  get ");
  }

  @Test
  void helpListsTheExitCodes() {
    Ran help = shell.run("--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("get", "serve", "METASTORE_ENDPOINTS");
    for (ExitCode exit : ExitCode.values()) {
      assertThat(help.out()).containsPattern("\n +" + exit.code() + " ");
    }
  }

  private static Ran watch(long from, String count, String... words) {
    String[] all = new String[words.length + 5];
    System.arraycopy(words, 0, all, 5, words.length);
    System.arraycopy(
        new String[] {"watch", "--from-revision", "" + from, "--count", count}, 0, all, 0, 5);
    Ran ran = shell.run(all);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return ran;
  }

  private static long revision(Ran put) {
    assertThat(put.exitCode()).as(put.err()).isZero();
    return Long.parseLong(put.out().replace("revision ", "").strip());
  }

  private static JsonObject json(Ran ran) {
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return JsonParser.parseString(ran.out()).getAsJsonObject();
  }
}
