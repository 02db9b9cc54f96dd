package org.apache.ratis.server.raftlog.segmented;

import io.metastore.core.api.Meters;
import io.metastore.core.disk.FullDisk;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.apache.ratis.util.Preconditions;
import org.apache.ratis.util.function.CheckedBiFunction;
import org.apache.ratis.util.function.CheckedConsumer;

/**
 * The buffered end of a Raft log segment. Replaces the class with this name in Ratis 3.2.2, which
 * asks the file system for the file's size before every write. Since Linux 6.13, a file whose
 * timestamps were queried gets new ones with the next write, and {@code fdatasync} then writes the
 * inode too: 170 us instead of 115 (docs/adr/0021). This class remembers the size instead.
 *
 * <p>It also does not preallocate space for large entries: they grow the file themselves, because
 * writing the inode once is cheaper than writing all data twice.
 *
 * <p>While the disk is full, it waits; Ratis would close the log. A write that failed for lack of
 * space has written nothing and is repeated. A failed {@code force} is not repeated, because it is
 * unknown what was lost.
 *
 * <p>Owned by the thread that writes the log. Written data is on disk when {@link #flush} returns.
 */
class BufferedWriteChannel implements Closeable {
  private static final int LARGE_BYTES = 32 << 10;

  private final Path path;
  private final FileChannel file;
  private final ByteBuffer buffer;
  private long position;
  private long size;
  private boolean forced = true;

  private BufferedWriteChannel(Path path, FileChannel file, ByteBuffer buffer) throws IOException {
    this.path = path;
    this.file = file;
    this.buffer = buffer;
    this.position = file.position();
    this.size = file.size();
  }

  static BufferedWriteChannel open(File file, boolean append, ByteBuffer buffer)
      throws IOException {
    Path path = file.toPath().toAbsolutePath();
    FileChannel channel = FullDisk.retry(path, () -> new RandomAccessFile(file, "rw").getChannel());
    try {
      if (append) {
        channel.position(channel.size());
      } else {
        channel.truncate(0);
      }
      return new BufferedWriteChannel(path, channel, buffer);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  int writeBufferPosition() {
    return buffer.position();
  }

  /**
   * @param bytes number of bytes that {@code writer} puts into the buffer
   */
  void writeToBuffer(int bytes, CheckedConsumer<ByteBuffer, IOException> writer)
      throws IOException {
    if (bytes > buffer.capacity()) {
      throw new IOException(
          "entry of " + bytes + " bytes, in a buffer of " + buffer.capacity() + ": " + path);
    }
    if (bytes > buffer.remaining()) {
      writeBuffer();
    }
    int start = buffer.position();
    writer.accept(buffer);
    Preconditions.assertSame(bytes, buffer.position() - start, "written");
  }

  /** Writes directly, without the buffer, which must be empty. */
  void writeToChannel(ByteBuffer bytes) throws IOException {
    Preconditions.assertSame(0, buffer.position(), "writeBuffer.position()");
    write(bytes);
  }

  /**
   * @param bytes number of bytes that are written next
   * @param allocate extends the file to this many bytes after the last write
   */
  void preallocateIfNecessary(
      long bytes, CheckedBiFunction<FileChannel, Long, Long, IOException> allocate)
      throws IOException {
    long outstanding = buffer.position() + bytes;
    if (bytes < LARGE_BYTES && position + outstanding > size) {
      try {
        allocate.apply(file, outstanding);
      } catch (IOException e) {
        if (!FullDisk.isCauseOf(e)) {
          throw e;
        }
        // Preallocation only saves time: the next write grows the file itself, or waits for space.
      }
      size = file.size();
    }
  }

  void flush() throws IOException {
    writeBuffer();
    if (!forced) {
      long start = System.nanoTime();
      file.force(false);
      Meters.LOG_SYNCS.recordSince(start);
      forced = true;
    }
  }

  /** Never called: it would acknowledge the log before it is on disk. */
  CompletableFuture<Void> asyncFlush(ExecutorService executor) {
    throw new UnsupportedOperationException(
        "asynchronous flush, which RaftSettings switches off: " + path);
  }

  boolean isOpen() {
    return file.isOpen();
  }

  /** Cuts off preallocated space that was not used. Buffered data is lost. */
  @Override
  public void close() throws IOException {
    if (file.isOpen()) {
      try (file) {
        file.truncate(position);
      }
    }
  }

  @Override
  public String toString() {
    return path.getFileName().toString();
  }

  private void writeBuffer() throws IOException {
    if (buffer.position() > 0) {
      write(buffer.flip());
      buffer.clear();
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    long start = System.nanoTime();
    Meters.LOG_BYTES.add(bytes.remaining());
    while (bytes.hasRemaining()) {
      position += FullDisk.retry(path, () -> file.write(bytes));
    }
    Meters.LOG_WRITES.recordSince(start);
    size = Math.max(size, position);
    forced = false;
  }
}
