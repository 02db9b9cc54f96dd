package io.metastore.cli.keys;

import com.google.gson.JsonObject;
import io.metastore.api.v1.Child;
import io.metastore.api.v1.Entry;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.client.MetastoreClient;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "ls",
    description = {
      "Lists a directory.",
      "Directories are marked with a trailing /. A name that is both a key and a directory is"
          + " listed twice. Exits with 1 if the directory does not exist; the root always exists."
    })
public final class LsCommand extends ClientCommand {
  @Parameters(
      paramLabel = "DIR",
      defaultValue = "/",
      description = "The directory's path (default: ${DEFAULT-VALUE}).")
  private String directory = "";

  @Option(
      names = {"-l", "--long"},
      description = "Show the size in bytes, last revision and version of each key.")
  private boolean details;

  @Mixin private final ReadOptions read = new ReadOptions();

  @Override
  protected int run(MetastoreClient client) throws Exception {
    Directory pages = Directory.of(client, directory, read);
    boolean any = false;
    while (pages.hasMore()) {
      List<Child> children = pages.nextPage();
      for (Child child : children) {
        show(child);
      }
      any |= !children.isEmpty();
      if (!console().flush()) {
        return ExitCode.OK.code();
      }
    }
    if (!any && !directory.equals("/")) {
      throw new CommandFailed(ExitCode.NO, "no such directory: " + directory);
    }
    return ExitCode.OK.code();
  }

  private void show(Child child) {
    if (json()) {
      JsonObject line = child.hasEntry() ? Json.withoutValue(child.getEntry()) : new JsonObject();
      line.addProperty("name", child.getName());
      line.addProperty("kind", child.getKind().name().toLowerCase(Locale.ROOT));
      if (details && child.hasEntry()) {
        line.addProperty("size", child.getEntry().getValueSize());
      }
      console().line(line);
      return;
    }
    if (child.hasEntry()) {
      Entry key = child.getEntry();
      console()
          .line(
              details
                  ? row(key.getValueSize(), key.getModRevision(), key.getVersion(), child.getName())
                  : child.getName());
    }
    if (Directory.isDirectory(child)) {
      console().line((details ? row("-", "-", "-", "") : "") + child.getName() + "/");
    }
  }

  private static String row(Object size, Object revision, Object version, String name) {
    return String.format(Locale.ROOT, "%8s %10s %6s  %s", size, revision, version, name);
  }
}
