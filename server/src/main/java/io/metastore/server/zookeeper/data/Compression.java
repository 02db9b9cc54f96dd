package io.metastore.server.zookeeper.data;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.compression.Snappy;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** Opens data files of ZooKeeper, which may be compressed: {@code snapshot.compression.method}. */
final class Compression {
  static final String GZIP = ".gz";
  static final String SNAPPY = ".snappy";

  private static final int BUFFER_BYTES = 1 << 16;

  private Compression() {}

  /** The file's content, decompressed according to the end of its name. */
  static InputStream open(Path file) throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
    String name = file.getFileName().toString();
    try {
      if (name.endsWith(GZIP)) {
        return new BufferedInputStream(new GZIPInputStream(raw, BUFFER_BYTES), BUFFER_BYTES);
      }
      if (name.endsWith(SNAPPY)) {
        return new SnappyInput(raw);
      }
      return raw;
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  /**
   * The format of {@code org.xerial.snappy.SnappyOutputStream}: a header of 16 bytes, then blocks
   * that are compressed on their own, each with its length before it.
   */
  private static final class SnappyInput extends InputStream {
    private static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    private static final int VERSIONS_BYTES = 8;
    private static final int BLOCK_BYTES_MAX = 64 << 20;

    private final DataInputStream in;
    private ByteBuf block = Unpooled.EMPTY_BUFFER;

    SnappyInput(InputStream raw) throws IOException {
      in = new DataInputStream(raw);
      byte[] header = in.readNBytes(MAGIC.length + VERSIONS_BYTES);
      if (!Arrays.equals(
          header, 0, Math.min(header.length, MAGIC.length), MAGIC, 0, MAGIC.length)) {
        throw new DamagedFile("not compressed with Snappy");
      }
    }

    @Override
    public int read() throws IOException {
      return fill() ? block.readUnsignedByte() : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (!fill()) {
        return -1;
      }
      int count = Math.min(length, block.readableBytes());
      block.readBytes(target, offset, count);
      return count;
    }

    /** Decompresses the next block if needed; false at the end. */
    private boolean fill() throws IOException {
      while (!block.isReadable()) {
        byte[] length = in.readNBytes(Integer.BYTES);
        if (length.length < Integer.BYTES) {
          return false;
        }
        int bytes = Unpooled.wrappedBuffer(length).readInt();
        if (bytes < 0 || bytes > BLOCK_BYTES_MAX) {
          throw new DamagedFile("a compressed block claims to have " + bytes + " bytes");
        }
        block = Unpooled.buffer(BUFFER_BYTES);
        new Snappy().decode(Unpooled.wrappedBuffer(in.readNBytes(bytes)), block);
      }
      return true;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
