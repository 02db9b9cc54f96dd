package io.metastore.core.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;

/**
 * A checkpoint on disk: a directory named {@code term_index} after the last entry that it contains.
 *
 * <p>For every file {@code x} that it receives, Ratis writes a digest {@code x.md5}; it forces
 * nothing to disk. So a checkpoint with digests was received and is not durable yet; {@link
 * #makeDurable} makes it durable and deletes the digests.
 *
 * @param path absolute, because Ratis can make only absolute paths relative to the snapshot
 *     directory
 * @param position term and index of the last entry contained
 */
record CheckpointFiles(Path path, TermIndex position) {
  private static final Pattern NAME = Pattern.compile("(\\d+)_(\\d+)");

  static String nameOf(TermIndex position) {
    return position.getTerm() + "_" + position.getIndex();
  }

  /** The checkpoints in a directory, newest first; other files are ignored. */
  static List<CheckpointFiles> in(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory.toAbsolutePath().normalize())) {
      return entries
          .flatMap(entry -> parse(entry).stream())
          .sorted(
              Comparator.comparingLong((CheckpointFiles found) -> found.position().getIndex())
                  .reversed())
          .toList();
    }
  }

  private static Optional<CheckpointFiles> parse(Path path) {
    Matcher name = NAME.matcher(path.getFileName().toString());
    if (!name.matches() || !Files.isDirectory(path)) {
      return Optional.empty();
    }
    return Optional.of(
        new CheckpointFiles(
            path, TermIndex.valueOf(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)))));
  }

  /**
   * The description that Ratis needs to send this checkpoint. Without digests: Ratis computes them
   * while it reads the files.
   */
  FileListSnapshotInfo toSnapshotInfo() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      List<FileInfo> infos =
          files
              .filter(file -> !isDigest(file))
              .sorted()
              .map(file -> new FileInfo(file, null))
              .toList();
      return new FileListSnapshotInfo(infos, position);
    }
  }

  boolean isDurable() throws IOException {
    return digests().isEmpty();
  }

  /**
   * Compares the files with the digests received with them. A file without a digest is already
   * durable, because {@link #makeDurable} deletes the digests last.
   *
   * @throws IOException if a file differs from its digest, or a digest cannot be read
   */
  void verify() throws IOException {
    for (Path digest : digests()) {
      Path file = fileOf(digest);
      MD5Hash computed = MD5FileUtil.computeMd5ForFile(file.toFile());
      MD5FileUtil.verifySavedMD5(file.toFile(), computed);
    }
  }

  /** Forces all files and directory entries to disk, then deletes the digests. */
  void makeDurable() throws IOException {
    DurableFiles.forceTree(path);
    for (Path digest : digests()) {
      Files.delete(digest);
    }
    DurableFiles.force(path);
  }

  private List<Path> digests() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(CheckpointFiles::isDigest).toList();
    }
  }

  static boolean isDigest(Path file) {
    return file.getFileName().toString().endsWith(MD5FileUtil.MD5_SUFFIX);
  }

  /** The file that a digest belongs to. */
  static Path fileOf(Path digest) {
    String name = digest.getFileName().toString();
    return digest.resolveSibling(
        name.substring(0, name.length() - MD5FileUtil.MD5_SUFFIX.length()));
  }
}
