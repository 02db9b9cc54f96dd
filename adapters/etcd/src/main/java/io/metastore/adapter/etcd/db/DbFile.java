package io.metastore.adapter.etcd.db;

import io.metastore.bbolt.BboltWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A temporary database file. The operating system deletes it when it is closed or the process ends.
 * Thread-safe once created.
 */
public final class DbFile implements AutoCloseable {
  private final FileChannel channel;
  private final long sizeBytes;

  private DbFile(FileChannel channel, long sizeBytes) {
    this.channel = channel;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Writes the contents to a new file; the caller closes it.
   *
   * @param scratch directory for this file and other temporary files
   */
  public static DbFile write(DbContents contents, Path scratch) throws IOException {
    Files.createDirectories(scratch);
    FileChannel channel =
        FileChannel.open(
            Files.createTempFile(scratch, "snapshot", null),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      BboltSink sink = new BboltSink(new BboltWriter(channel));
      contents.writeTo(sink, scratch);
      sink.finish();
      return new DbFile(channel, channel.size());
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  /** Reads {@code size} bytes, which the file has. */
  public byte[] read(long position, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("the snapshot file ends at " + (position + buffer.position()));
      }
    }
    return buffer.array();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
