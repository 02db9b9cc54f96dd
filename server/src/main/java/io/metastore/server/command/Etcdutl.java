package io.metastore.server.command;

import com.google.gson.JsonObject;
import io.metastore.adapter.etcd.db.DbReader;
import io.metastore.adapter.etcd.db.DbStatus;
import io.metastore.cli.console.Console;
import io.metastore.core.node.StoppedTables;
import io.metastore.core.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/**
 * The program {@code etcdutl}, for files of etcd and data directories of Metastore. Options, output
 * and exit codes are those of etcd's program.
 */
@Command(
    name = "etcdutl",
    description = "An administrative command line tool for snapshots and data directories.",
    subcommands = Etcdutl.Snapshot.class)
public final class Etcdutl {
  private static final int EXIT_FAILED = 1;
  private static final int EXIT_BAD_ARGUMENTS = 128;

  private final Console console;
  private final String version;

  @Option(
      names = {"-w", "--write-out"},
      scope = ScopeType.INHERIT,
      paramLabel = "FORMAT",
      defaultValue = "simple",
      description = "Output format: simple, json, fields, table.")
  private String format = "";

  @Option(
      names = "--timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "TIME",
      description = "Ignored: a directory in use is refused at once.")
  @SuppressWarnings("UnusedVariable") // accepted for scripts
  private String timeout = "";

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "Shows this help and exits.")
  @SuppressWarnings("UnusedVariable") // picocli reads this field
  private boolean help;

  private Etcdutl(Console console, String version) {
    this.console = console;
    this.version = version;
  }

  /** An error whose text is shown to the user. */
  private static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    Failed(int exitCode, String text) {
      super(text);
      this.exitCode = exitCode;
    }
  }

  /**
   * Runs one command.
   *
   * @param version the version of etcd that is imitated
   * @return the exit code of the process
   */
  public static int run(Console console, String version, List<String> words) {
    CommandLine line = new CommandLine(new Etcdutl(console, version));
    line.setOut(console.writer())
        .setExecutionExceptionHandler((failure, command, parsed) -> failed(console, failure))
        .setParameterExceptionHandler((failure, unparsed) -> misused(console, failure));
    int exitCode = line.execute(words.toArray(String[]::new));
    console.flush();
    return exitCode;
  }

  private static int failed(Console console, Exception failure) {
    console.note("Error: " + text(failure));
    return failure instanceof Failed known ? known.exitCode : EXIT_FAILED;
  }

  private static String text(Exception failure) {
    return failure instanceof NoSuchFileException missing && missing.getReason() == null
        ? "stat " + missing.getFile() + ": no such file or directory"
        : String.valueOf(failure.getMessage());
  }

  private static int misused(Console console, ParameterException failure) {
    console.note("Error: " + failure.getMessage());
    return EXIT_BAD_ARGUMENTS;
  }

  @Command(name = "hashkv", description = "Prints the KV history hash of a given file.")
  int hashkv(
      @Parameters(paramLabel = "FILE") Path file,
      @Option(names = "--rev", description = "Maximum revision to hash (default: latest revision).")
          long revision)
      throws IOException {
    try (DbReader db = DbReader.open(file)) {
      DbStatus.Hash hash;
      try {
        hash = DbStatus.Hash.of(db, revision);
      } catch (IllegalArgumentException e) {
        throw new Failed(EXIT_FAILED, String.valueOf(e.getMessage()));
      }
      JsonObject json = new JsonObject();
      json.addProperty("hash", hash.hash());
      json.addProperty("hashRevision", hash.revision());
      json.addProperty("compactRevision", hash.compacted());
      print(
          List.of("hash", "hash revision", "compact revision"),
          Stream.of(hash.hash(), hash.revision(), hash.compacted()).map(String::valueOf).toList(),
          json,
          List.of(
              "\"Hash\" : " + hash.hash(),
              "\"Hash revision\" : " + hash.revision(),
              "\"Compact revision\" : " + hash.compacted()));
    }
    return 0;
  }

  @Command(
      name = "defrag",
      description = "Frees the disk space of obsolete entries of a member that does not run.")
  int defrag(
      @Option(names = "--data-dir", required = true, description = "Data directory of Metastore.")
          Path directory)
      throws IOException {
    try (StoppedTables tables = StoppedTables.open(directory)) {
      tables.defragment();
      console.note(
          ZapLine.info(
              "backend/backend.go",
              "finished defragmenting directory",
              Map.of("path", directory.toString())));
    } catch (StorageException e) {
      throw new Failed(
          EXIT_FAILED, "Failed to defragment etcd data[" + directory + "] (" + e + ")");
    }
    return 0;
  }

  @Command(name = "version", description = "Prints the version.")
  int version() {
    console.line("etcdutl version: " + version);
    console.line("API version: " + version.replaceFirst("\\.[^.]*$", ""));
    return 0;
  }

  /**
   * @param headings of {@code values}, which are printed alone in the format {@code simple}
   */
  private void print(
      List<String> headings, List<String> values, JsonObject json, List<String> fields) {
    switch (format) {
      case "simple" -> console.line(String.join(", ", values));
      case "table" -> BoxTable.lines(headings, values).forEach(console::line);
      case "json" -> console.line(json);
      case "fields" -> fields.forEach(console::line);
      default -> throw new Failed(EXIT_BAD_ARGUMENTS, "unsupported output format");
    }
  }

  /** {@code etcdutl snapshot}. */
  @Command(
      name = "snapshot",
      description = "Manages etcd node snapshots.",
      subcommands = RestoreCommand.class)
  static final class Snapshot {
    @CommandLine.ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Etcdutl parent;

    @Command(
        name = "status",
        description = "Prints hash, revision, total keys and total size of a snapshot file.")
    int status(@Parameters(paramLabel = "FILE") Path file) throws IOException {
      if (!Files.exists(file)) {
        throw new NoSuchFileException(file.toString());
      }
      try (DbReader db = DbReader.open(file)) {
        List<String> errors = db.check();
        if (!errors.isEmpty()) {
          throw new Failed(
              EXIT_FAILED,
              "snapshot file integrity check failed. %d errors found.\n%s"
                  .formatted(errors.size(), String.join("\n", errors)));
        }
        parent.print(DbStatus.of(db));
      }
      return 0;
    }

    Console console() {
      return parent.console;
    }
  }

  private void print(DbStatus status) {
    JsonObject json = new JsonObject();
    json.addProperty("hash", status.hash());
    json.addProperty("revision", status.revision());
    json.addProperty("totalKey", status.keys());
    json.addProperty("totalSize", status.sizeBytes());
    json.addProperty("version", status.version());
    print(
        List.of("hash", "revision", "total keys", "total size", "version"),
        List.of(
            Long.toHexString(status.hash()),
            String.valueOf(status.revision()),
            String.valueOf(status.keys()),
            bytesText(status.sizeBytes()),
            status.version()),
        json,
        List.of(
            "\"Hash\" : " + status.hash(),
            "\"Revision\" : " + status.revision(),
            "\"Keys\" : " + status.keys(),
            "\"Size\" : " + status.sizeBytes(),
            "\"Version\" : " + status.version()));
  }

  /** As the library go-humanize writes sizes: {@code 82 kB}, {@code 2.1 MB}. */
  static String bytesText(long bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000) {
      value /= 1000;
      unit++;
    }
    double rounded = Math.floor(value * 10 + 0.5) / 10;
    String pattern = unit > 0 && rounded < 10 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, pattern, rounded, units[unit]);
  }
}
