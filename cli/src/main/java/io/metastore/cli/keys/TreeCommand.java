package io.metastore.cli.keys;

import com.google.gson.JsonObject;
import io.metastore.api.v1.Child;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.client.MetastoreClient;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "tree",
    description = {
      "Shows all keys below a directory as a tree, at one revision.",
      "Exits with 1 if the directory does not exist; the root always exists."
    })
public final class TreeCommand extends ClientCommand {
  @Parameters(
      paramLabel = "DIR",
      defaultValue = "/",
      description = "The directory's path (default: ${DEFAULT-VALUE}).")
  private String directory = "";

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "Show at most N levels (default: all).")
  private int depth = Integer.MAX_VALUE;

  @Mixin private final ReadOptions read = new ReadOptions();

  private long keys;
  private long directories;

  @Override
  protected int run(MetastoreClient client) throws Exception {
    if (depth < 1) {
      throw usage("--depth must be positive");
    }
    if (!json()) {
      console().line(directory);
    }
    walk(Directory.of(client, directory, read), depth, "");
    if (keys + directories == 0 && !directory.equals("/")) {
      throw new CommandFailed(ExitCode.NO, "no such directory: " + directory);
    }
    if (!json()) {
      console().line("");
      console().line(keys + " keys, " + directories + " directories");
    }
    return ExitCode.OK.code();
  }

  /**
   * Prints the tree below a directory. Keeps one page per level in memory. Returns false if
   * standard output is closed.
   */
  private boolean walk(Directory from, int levels, String indent) throws InterruptedException {
    while (from.hasMore()) {
      Iterator<Child> page = from.nextPage().iterator();
      while (page.hasNext()) {
        Child child = page.next();
        boolean last = !page.hasNext() && !from.hasMore();
        boolean below = Directory.isDirectory(child);
        if (child.hasEntry()) {
          keys++;
          show(child, indent, !last || below);
        }
        if (below) {
          directories++;
          showDirectory(from, child, indent, !last);
          if (levels > 1
              && !walk(
                  from.child(child.getName()), levels - 1, indent + (last ? "    " : "│   "))) {
            return false;
          }
        }
      }
      if (!console().flush()) {
        return false;
      }
    }
    return true;
  }

  private void show(Child child, String indent, boolean more) {
    if (json()) {
      console().line(Json.withoutValue(child.getEntry()));
    } else {
      console().line(indent + branch(more) + child.getName());
    }
  }

  private void showDirectory(Directory parent, Child child, String indent, boolean more) {
    if (json()) {
      JsonObject line = new JsonObject();
      line.addProperty("directory", parent.path(child.getName()));
      console().line(line);
    } else {
      console().line(indent + branch(more) + child.getName() + "/");
    }
  }

  private static String branch(boolean more) {
    return more ? "├── " : "└── ";
  }
}
