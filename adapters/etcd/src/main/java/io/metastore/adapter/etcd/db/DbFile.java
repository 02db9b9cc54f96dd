package io.metastore.adapter.etcd.db;

import io.metastore.bbolt.BboltWriter;
import io.metastore.core.api.Pace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * A temporary database file. The operating system deletes it when it is closed or the process ends.
 * Thread-safe once created.
 */
public final class DbFile implements AutoCloseable {
  private static final long DELETED_AT_ONCE = 16 << 20;
  private static final long DELETION_PAUSE_NANOS = 2_000_000;

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
   * @param pace of reading keys
   */
  public static DbFile write(DbContents contents, Path scratch, Pace pace) throws IOException {
    Files.createDirectories(scratch);
    FileChannel channel =
        FileChannel.open(
            Files.createTempFile(scratch, "snapshot", null),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      BboltSink sink = new BboltSink(new BboltWriter(channel));
      contents.writeTo(sink, scratch, pace);
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

  /** Deletes the file, which may take seconds. */
  @Override
  public void close() throws IOException {
    // In steps, because the kernel would free the blocks and the cached pages of gigabytes at once,
    // and other programs that use the disk would wait.
    try (channel) {
      for (long size = sizeBytes - DELETED_AT_ONCE; size > 0; size -= DELETED_AT_ONCE) {
        channel.truncate(size);
        LockSupport.parkNanos(DELETION_PAUSE_NANOS);
      }
    }
  }
}
