package io.metastore.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Writes a new file. Buckets and keys must arrive in ascending order; pages are packed and written
 * one after another, so memory stays flat.
 *
 * <p>Durability: the file is complete, and forced to disk, when {@link #finish} returns. A writer
 * that is closed before leaves a file that {@link BboltFile} refuses.
 */
public final class BboltWriter implements AutoCloseable {
  /** The page size of bbolt on most machines; etcd accepts any. */
  private static final int PAGE_SIZE = 4096;

  private static final int BUFFER_BYTES = 1 << 20;

  /**
   * So much is written before it is forced to disk. All at once at the end would make every other
   * program that uses the disk wait, above all the Raft log.
   */
  private static final long FORCED_AT_ONCE = 4 << 20;

  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private final BucketWriter root;

  /** Pages 0 and 1 are the metas, which are written last. */
  private long nextPage = 2;

  private long unforced;

  /**
   * Writes to a new file that the caller has opened.
   *
   * @param channel empty; closed with the writer
   */
  public BboltWriter(FileChannel channel) throws IOException {
    this.channel = channel;
    this.root = new BucketWriter(this);
    append(new byte[2 * PAGE_SIZE]); // the metas stay empty until the file is complete
  }

  /** Creates a file; an existing one is replaced. */
  public static BboltWriter create(Path path) throws IOException {
    return new BboltWriter(
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE));
  }

  /**
   * Begins a top-level bucket, which the caller closes before it begins the next one.
   *
   * @param name greater than the names of all buckets before
   */
  public BucketWriter bucket(byte[] name) throws IOException {
    return root.bucket(name);
  }

  /** Completes the file and forces it to disk. All buckets must be closed. */
  public void finish() throws IOException {
    long rootPage = root.writeRest();
    long freelist = writePage(Page.FREELIST, List.of(), Page.HEADER_BYTES);
    flush();
    channel.force(false);
    for (int page = 0; page < 2; page++) {
      Meta meta = new Meta(PAGE_SIZE, rootPage, 0, freelist, nextPage, /* transaction= */ page);
      ByteBuffer out = ByteBuffer.allocate(PAGE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
      Page.writeHeader(out, page, Page.META, /* count= */ 0, /* overflow= */ 0);
      meta.write(out);
      out.rewind();
      while (out.hasRemaining()) {
        channel.write(out, (long) page * PAGE_SIZE + out.position());
      }
    }
    channel.force(true);
  }

  int pageSize() {
    return PAGE_SIZE;
  }

  /**
   * Writes a branch or a leaf.
   *
   * @param sizeBytes of the header and the elements
   * @return number of the page
   */
  long writePage(int kind, List<Element> elements, long sizeBytes) throws IOException {
    long id = nextPage;
    long pages = (sizeBytes + PAGE_SIZE - 1) / PAGE_SIZE;
    int tableBytes = Page.HEADER_BYTES + elements.size() * Page.ELEMENT_BYTES;
    ByteBuffer out = space(tableBytes);
    Page.writeHeader(out, id, kind, elements.size(), (int) (pages - 1));
    Page.writeElements(out, kind, elements);
    for (Element element : elements) {
      append(element.key());
      append(element.value());
    }
    append(new byte[(int) (pages * PAGE_SIZE - sizeBytes)]);
    nextPage += pages;
    return id;
  }

  /** The buffer, with space for {@code bytes}, which are at most {@link #BUFFER_BYTES}. */
  private ByteBuffer space(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  private void append(byte[] bytes) throws IOException {
    int done = 0;
    while (done < bytes.length) {
      int part = Math.min(space(1).remaining(), bytes.length - done);
      buffer.put(bytes, done, part);
      done += part;
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    unforced += buffer.remaining();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
    if (unforced >= FORCED_AT_ONCE) {
      channel.force(false);
      unforced = 0;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
