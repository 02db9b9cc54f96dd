package io.metastore.core.api;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Recognizes a data file of the tables by its end: RocksDB writes a unique ID of the file there.
 * Reads little, however large the file is.
 */
public final class FileEnd {
  private static final int END_BYTES = 16 << 10;

  private FileEnd() {}

  /** The SHA-256 digest of the last 16 KiB of a file. */
  public static byte[] digest(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      ByteBuffer end = ByteBuffer.allocate((int) Math.min(END_BYTES, size));
      channel.position(size - end.capacity());
      while (end.hasRemaining()) {
        if (channel.read(end) < 0) {
          throw new EOFException(file.toString());
        }
      }
      return Digests.sha256().digest(end.array());
    }
  }
}
