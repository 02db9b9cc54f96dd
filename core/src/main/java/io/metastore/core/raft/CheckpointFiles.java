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
 * One checkpoint on disk: a directory named {@code term_index} after the last entry it contains.
 *
 * <p>Ratis puts a digest {@code x.md5} beside every file {@code x} that it received and forces
 * nothing to disk. So a directory with digests in it is one that was received and is not durable
 * yet; {@link #makeDurable} ends that.
 *
 * @param path absolute, because Ratis makes only absolute paths relative to the snapshot directory
 * @param position of the last entry contained
 */
record CheckpointFiles(Path path, TermIndex position) {
  private static final Pattern NAME = Pattern.compile("(\\d+)_(\\d+)");

  static String nameOf(TermIndex position) {
    return position.getTerm() + "_" + position.getIndex();
  }

  /** The checkpoints in a directory, newest first; whatever else lies there is passed over. */
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

  /** What Ratis needs to send it. Without digests: Ratis computes them while it reads the files. */
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
   * Compares the files with the digests that came with them. One without a digest was forced
   * before: {@link #makeDurable} deletes digests last.
   *
   * @throws IOException if a file is not what was sent, or a digest cannot be read
   */
  void verify() throws IOException {
    for (Path digest : digests()) {
      String name = digest.getFileName().toString();
      Path file = path.resolve(name.substring(0, name.length() - MD5FileUtil.MD5_SUFFIX.length()));
      MD5Hash computed = MD5FileUtil.computeMd5ForFile(file.toFile());
      MD5FileUtil.verifySavedMD5(file.toFile(), computed);
    }
  }

  /** Forces all files and names to disk, and then takes the digests away. */
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

  private static boolean isDigest(Path file) {
    return file.getFileName().toString().endsWith(MD5FileUtil.MD5_SUFFIX);
  }
}
