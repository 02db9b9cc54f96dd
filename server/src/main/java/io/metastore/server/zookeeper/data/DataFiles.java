package io.metastore.server.zookeeper.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The data files of a ZooKeeper server: the snapshots in {@code dataDir} and the transaction logs
 * in {@code dataLogDir}, each in the subdirectory {@code version-2}.
 *
 * @param snapshots newest first
 * @param logs oldest first
 */
public record DataFiles(List<DataFile> snapshots, List<DataFile> logs) {
  private static final String VERSION = "version-2";
  private static final Pattern SNAPSHOT =
      Pattern.compile("snapshot\\.([0-9a-f]+)(\\.gz|\\.snappy)?");
  private static final Pattern LOG = Pattern.compile("log\\.([0-9a-f]+)");

  /**
   * A data file.
   *
   * @param zxid of a snapshot, the last transaction that is surely in it; of a log, its first
   */
  public record DataFile(Path path, long zxid) {

    /** The content, decompressed. */
    public InputStream open() throws IOException {
      return Compression.open(path);
    }
  }

  public DataFiles {
    snapshots = List.copyOf(snapshots);
    logs = List.copyOf(logs);
  }

  /**
   * Lists the data files. Each directory may also be given with its {@code version-2}.
   *
   * @param dataDirectory {@code dataDir}
   * @param logDirectory {@code dataLogDir}; often the same
   */
  public static DataFiles list(Path dataDirectory, Path logDirectory) throws IOException {
    List<DataFile> snapshots = files(dataDirectory, SNAPSHOT);
    snapshots.sort(Comparator.comparingLong(DataFile::zxid).reversed());
    List<DataFile> logs = files(logDirectory, LOG);
    logs.sort(Comparator.comparingLong(DataFile::zxid));
    return new DataFiles(snapshots, logs);
  }

  /** Whether a directory contains data of ZooKeeper. */
  public static boolean isIn(Path dataDirectory) throws IOException {
    return !files(dataDirectory, SNAPSHOT).isEmpty();
  }

  /** The logs that may contain transactions after a zxid, oldest first. */
  public List<DataFile> logsAfter(long zxid) {
    int first = 0;
    for (int i = 0; i < logs.size(); i++) {
      if (logs.get(i).zxid() <= zxid + 1) {
        first = i;
      }
    }
    return logs.subList(first, logs.size());
  }

  private static List<DataFile> files(Path directory, Pattern pattern) throws IOException {
    Path inside = directory.resolve(VERSION);
    Path root = Files.isDirectory(inside) ? inside : directory;
    List<DataFile> files = new ArrayList<>();
    if (!Files.isDirectory(root)) {
      return files;
    }
    try (Stream<Path> all = Files.list(root)) {
      for (Path path : all.toList()) {
        Matcher name = pattern.matcher(path.getFileName().toString());
        if (name.matches()) {
          files.add(new DataFile(path, Long.parseUnsignedLong(name.group(1), 16)));
        }
      }
    }
    return files;
  }
}
