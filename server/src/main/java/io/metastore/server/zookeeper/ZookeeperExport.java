package io.metastore.server.zookeeper;

import io.metastore.core.api.ZnodeImage;
import io.metastore.core.raft.DurableFiles;
import io.metastore.server.zookeeper.data.DataFiles;
import io.metastore.server.zookeeper.data.SnapshotReader;
import io.metastore.server.zookeeper.data.TreeDigest;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes a snapshot into a data directory for ZooKeeper. The file gets its name only when it is
 * complete and checked.
 */
public final class ZookeeperExport {
  private final Path directory;
  private final Progress progress;

  /**
   * @param directory ZooKeeper's {@code dataDir}; created if it does not exist
   */
  public ZookeeperExport(Path directory, Progress progress) {
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * Writes a snapshot.
   *
   * @return the file
   * @throws IOException if the snapshot is not complete, or the directory contains data of
   *     ZooKeeper
   */
  public Path write(InputStream snapshot) throws IOException {
    if (DataFiles.isIn(directory)) {
      throw new FileAlreadyExistsException(
          directory.toString(), null, "already contains data of ZooKeeper");
    }
    Path version = directory.resolve("version-2");
    Files.createDirectories(version);
    Path partial = version.resolve("snapshot.partial");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial))) {
      TreeDigest digest = new TreeDigest();
      SnapshotReader.Trailer trailer =
          SnapshotReader.read(
              new Copying(snapshot, out),
              new SnapshotReader.Content() {
                @Override
                public void session(long id, int timeoutMs) {}

                @Override
                public void node(ZnodeImage node) {
                  digest.add(node);
                  progress.step("nodes written");
                }
              });
      out.flush();
      if (trailer.digest() == null || trailer.digest().digest() != digest.value()) {
        throw new IOException("the snapshot differs from its own checksum");
      }
      DurableFiles.force(partial);
      Path file = version.resolve("snapshot." + Long.toHexString(trailer.lastZxid()));
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.force(version);
      return file;
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** Writes all bytes that are read. */
  private static final class Copying extends FilterInputStream {
    private final OutputStream copy;

    Copying(InputStream in, OutputStream copy) {
      super(in);
      this.copy = copy;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      if (read >= 0) {
        copy.write(read);
      }
      return read;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      if (count > 0) {
        copy.write(target, offset, count);
      }
      return count;
    }
  }
}
