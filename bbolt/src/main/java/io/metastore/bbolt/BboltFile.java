package io.metastore.bbolt;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bbolt file, opened for reading. The file must not be written meanwhile.
 *
 * <p>Errors: an unreadable file throws {@link IOException}, a damaged one {@link
 * DamagedFileException}; neither is found before the damaged page is read.
 */
public final class BboltFile implements AutoCloseable {
  private static final int PAGE_SIZE_MIN = 1 << 10;
  private static final int PAGE_SIZE_MAX = 1 << 24;

  /** Larger pages, together with their overflow pages, cannot be read into one array. */
  private static final long PAGE_BYTES_MAX = Integer.MAX_VALUE - 64;

  private final FileChannel channel;
  private final Meta meta;

  private BboltFile(FileChannel channel, Meta meta) {
    this.channel = channel;
    this.meta = meta;
  }

  /**
   * Opens a file. The caller closes it.
   *
   * @throws DamagedFileException if neither meta is valid, or the file is shorter than its meta
   *     says
   */
  public static BboltFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      Meta meta = newestMeta(channel);
      if (meta == null) {
        throw new DamagedFileException(path + " is not a bbolt file: it has no valid meta page");
      }
      if (meta.highWater() < 2 || meta.highWater() > channel.size() / meta.pageSize()) {
        throw new DamagedFileException(
            path
                + " is cut off: it has "
                + channel.size()
                + " bytes, but its meta names "
                + meta.highWater()
                + " pages of "
                + meta.pageSize()
                + " bytes");
      }
      return new BboltFile(channel, meta);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable Meta newestMeta(FileChannel channel) throws IOException {
    Meta newest = findMeta(channel, 0);
    int pageSize = newest == null ? PAGE_SIZE_MIN : newest.pageSize();
    int pageSizeMax = newest == null ? PAGE_SIZE_MAX : newest.pageSize();
    // If the first meta is damaged, the place of the second must be found by trying.
    for (; pageSize <= pageSizeMax; pageSize *= 2) {
      Meta second = findMeta(channel, pageSize);
      if (second != null
          && second.pageSize() == pageSize
          && (newest == null || second.transaction() > newest.transaction())) {
        return second;
      }
    }
    return newest;
  }

  private static @Nullable Meta findMeta(FileChannel channel, long pageStart) throws IOException {
    if (channel.size() < pageStart + Page.HEADER_BYTES + Meta.BYTES) {
      return null;
    }
    return Meta.find(read(channel, pageStart + Page.HEADER_BYTES, Meta.BYTES));
  }

  /** The bucket that contains the top-level buckets. */
  public Bucket root() {
    return Bucket.ofRoot(this, meta);
  }

  /** Size of a page in bytes. */
  public int pageSize() {
    return meta.pageSize();
  }

  /** Number of bytes up to the last page that was ever used; the file may be longer. */
  public long sizeBytes() {
    return meta.highWater() * meta.pageSize();
  }

  /**
   * Reads the whole file and describes what is wrong with it: a page that is reachable twice, or
   * neither reachable nor free; keys out of order. Empty if the file is sound. At most 100 errors
   * are listed.
   */
  public List<String> check() throws IOException {
    return new FileCheck(this).run();
  }

  Meta meta() {
    return meta;
  }

  /** Reads a page and its overflow pages. */
  Page page(long id) throws IOException {
    long pages = id < 2 || id >= meta.highWater() ? 0 : meta.highWater() - id;
    if (pages == 0) {
      throw new DamagedFileException("page " + id + " does not exist");
    }
    ByteBuffer first = read(channel, id * meta.pageSize(), meta.pageSize());
    Page page = new Page(id, first);
    if (first.getLong(0) != id) {
      throw new DamagedFileException("page " + id + " says that it is page " + first.getLong(0));
    }
    long size = (1 + Integer.toUnsignedLong(page.overflow())) * meta.pageSize();
    if (size > pages * meta.pageSize() || size > PAGE_BYTES_MAX) {
      throw new DamagedFileException(
          "page " + id + " has " + Integer.toUnsignedString(page.overflow()) + " overflow pages");
    }
    return page.overflow() == 0
        ? page
        : new Page(id, read(channel, id * meta.pageSize(), (int) size));
  }

  private static ByteBuffer read(FileChannel channel, long position, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("file ends within page at byte " + position);
      }
    }
    return buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
