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
      "Does several operations in one step.",
      "Those under 'then' if all conditions under 'if' hold, and those under 'else' if not; then it ends with 1.",
      "Conditions: absent KEY, present KEY, value KEY VALUE, revision KEY N, unchanged KEY N, fence LOCK TOKEN.",
      "Operations: get KEY, tree DIR, put KEY VALUE, rm KEY, rm-r KEY. One per line; words with blanks in double quotes,"
          + " where \\n, \\t, \\\", \\\\ and \\xHH can be used; lines that begin with # are comments."
    })
public final class TxnCommand extends ClientCommand {
  /** More than any server takes in one request. */
  private static final int TEXT_BYTES_MAX = 16 << 20;

  @Parameters(
      paramLabel = "FILE",
      defaultValue = "-",
      description = "What to do (default: - for standard input).")
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
      throw new CommandFailed(ExitCode.REFUSED, "more than " + TEXT_BYTES_MAX + " bytes");
    }
    return new String(bytes, UTF_8);
  }

  private InputStream input() throws IOException {
    return file.equals("-") ? console().in() : Files.newInputStream(Path.of(file));
  }

  private void show(CommitResponse answer, TxnText text) {
    if (answer.hasFailedCondition()) {
      note("does not hold: " + text.condition(answer.getFailedCondition()));
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
