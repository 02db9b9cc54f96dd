package io.metastore.cli.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.metastore.api.v1.CommitResponse;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.OpResult;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.EscapedText;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.client.MetastoreClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "txn",
    description = {
      "Runs a transaction: several operations in one atomic step.",
      "If all conditions under 'if' hold, runs the operations under 'then'. Otherwise runs those"
          + " under 'else' and exits with 1.",
      "Conditions: absent KEY, present KEY, value KEY VALUE, revision KEY N, unchanged KEY N, fence"
          + " LOCK TOKEN.",
      "Operations: get KEY, tree DIR, put KEY VALUE, rm KEY, rm-r KEY.",
      "Write one condition or operation per line. Put words with blanks in double quotes, where \\n"
          + ", \\t, \\\", \\\\ and \\xHH are escapes. Lines that begin with # are comments."
    })
public final class TxnCommand extends ClientCommand {
  /** Larger than any request that a server accepts. */
  private static final int TEXT_BYTES_MAX = 16 << 20;

  @Parameters(
      paramLabel = "FILE",
      defaultValue = "-",
      description = "The file to read the transaction from (default: - for standard input).")
  private String file = "";

  @Override
  protected int run(MetastoreClient client) throws Exception {
    TxnText text;
    try {
      text = TxnText.parse(read());
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    CommitResponse answer = client.transactions().commit(text.request());
    if (json()) {
      console().line(json(answer, text));
    } else {
      show(answer, text);
    }
    return (answer.hasFailedCondition() ? ExitCode.NO : ExitCode.OK).code();
  }

  private String read() throws IOException, CommandFailed {
    byte[] bytes;
    try (InputStream stream = input()) {
      bytes = stream.readNBytes(TEXT_BYTES_MAX + 1);
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
    }
    if (bytes.length > TEXT_BYTES_MAX) {
      throw new CommandFailed(
          ExitCode.REFUSED, "the transaction is larger than " + TEXT_BYTES_MAX + " bytes");
    }
    return new String(bytes, UTF_8);
  }

  private InputStream input() throws IOException {
    return file.equals("-") ? console().in() : Files.newInputStream(Path.of(file));
  }

  private void show(CommitResponse answer, TxnText text) {
    if (answer.hasFailedCondition()) {
      note("condition failed: " + text.condition(answer.getFailedCondition()));
    }
    console()
        .line(
            (answer.hasFailedCondition() ? "else" : "then") + " revision " + answer.getRevision());
    for (OpResult result : answer.getResultsList()) {
      for (Entry entry : result.getEntriesList()) {
        console().line(entry.getKey() + "\t" + EscapedText.of(entry.getValue().toByteArray()));
      }
    }
  }

  private static JsonObject json(CommitResponse answer, TxnText text) {
    JsonObject json = Json.revision(answer.getRevision());
    json.addProperty("branch", answer.hasFailedCondition() ? "else" : "then");
    if (answer.hasFailedCondition()) {
      json.addProperty("failed_condition", text.condition(answer.getFailedCondition()));
    }
    JsonArray results = new JsonArray();
    for (OpResult result : answer.getResultsList()) {
      JsonArray entries = new JsonArray();
      result.getEntriesList().forEach(entry -> entries.add(Json.of(entry)));
      JsonObject one = new JsonObject();
      one.add("entries", entries);
      one.addProperty("deleted", result.getDeletedKeys());
      results.add(one);
    }
    json.add("results", results);
    return json;
  }
}
