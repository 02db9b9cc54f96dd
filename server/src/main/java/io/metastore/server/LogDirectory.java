package io.metastore.server;

import io.metastore.core.raft.RaftSettings;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes sure that the directory of the Raft log, which {@code --wal-dir} may put on a disk of its
 * own, is this member's.
 *
 * <p>etcd starts a new log where it finds none, and so loses the keys of a member that is started
 * with another {@code --wal-dir} than before. Here such a start fails.
 */
final class LogDirectory {
  private static final Pattern GROUP = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  /** A file in the data directory: the Raft log exists. */
  private static final String STARTED = "log-started";

  private LogDirectory() {}

  /**
   * Creates {@code directory}, for its owner only, if it does not exist.
   *
   * @param dataDirectory tells whether this member has been up before, so that there must be a log
   * @throws IOException if it cannot be created or written, holds the log of another cluster or of
   *     an etcd member, or has no log though it should
   */
  static void prepare(Path directory, long clusterId, Path dataDirectory) throws IOException {
    String own = RaftSettings.groupId(clusterId).toString();
    List<String> names = Files.isDirectory(directory) ? names(directory) : List.of();
    if (names.stream().anyMatch(name -> name.endsWith(".wal"))) {
      throw refusal(directory, "holds the log of an etcd member, which cannot be read here");
    }
    if (names.stream().anyMatch(name -> GROUP.matcher(name).matches() && !name.equals(own))) {
      throw refusal(directory, "holds the Raft log of another cluster");
    }
    if (Files.exists(dataDirectory.resolve(STARTED)) && !names.contains(own)) {
      throw refusal(
          directory,
          "does not hold this member's Raft log; --wal-dir must be the same at every start");
    }
    try {
      DataDirectory.create(directory);
    } catch (IOException e) {
      throw new IOException("failed to create WAL: " + e, e);
    }
    if (!Files.isWritable(directory)) {
      throw refusal(directory, "the Raft log cannot be written there");
    }
  }

  /** Records in the data directory that the Raft log exists. */
  static void recordStart(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(STARTED);
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }

  private static FileSystemException refusal(Path directory, String why) {
    return new FileSystemException(directory.toString(), null, why);
  }
}
