package io.metastore.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map of keys to values or to further buckets, in a file that is open.
 *
 * <p>As a value: int64 root page ‖ int64 sequence. Root page 0 means that the bucket's only page, a
 * leaf, follows inline.
 */
public final class Bucket {
  static final int HEADER_BYTES = 16;

  private final BboltFile file;
  private final long root;
  private final long sequence;

  /** The only page of an inline bucket. */
  private final @Nullable Page inline;

  private Bucket(BboltFile file, long root, long sequence, @Nullable Page inline) {
    this.file = file;
    this.root = root;
    this.sequence = sequence;
    this.inline = inline;
  }

  static Bucket ofRoot(BboltFile file, Meta meta) {
    return new Bucket(file, meta.root(), meta.sequence(), null);
  }

  static Bucket ofValue(BboltFile file, byte[] value) throws DamagedFileException {
    if (value.length < HEADER_BYTES) {
      throw new DamagedFileException("a bucket has only " + value.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    long root = in.getLong();
    long sequence = in.getLong();
    if (root != 0) {
      return new Bucket(file, root, sequence, null);
    }
    Page page = new Page(0, in.slice().order(ByteOrder.LITTLE_ENDIAN));
    if (page.bytes().limit() < Page.HEADER_BYTES || !page.isLeaf()) {
      throw new DamagedFileException("an inline bucket is not a leaf");
    }
    page.check();
    return new Bucket(file, root, sequence, page);
  }

  /** The number that the application last set for this bucket. */
  public long sequence() {
    return sequence;
  }

  /** Iterates over all entries in key order. */
  public Cursor cursor() {
    return new Cursor(this);
  }

  /** The value of a key; null if there is none or it is a bucket. */
  public byte @Nullable [] find(byte[] key) throws IOException {
    Cursor cursor = cursor();
    return cursor.seek(key) && Arrays.equals(cursor.key(), key) && !cursor.isBucket()
        ? cursor.value()
        : null;
  }

  /** The bucket with this name; null if there is none. */
  public @Nullable Bucket findBucket(byte[] name) throws IOException {
    Cursor cursor = cursor();
    return cursor.seek(name) && Arrays.equals(cursor.key(), name) && cursor.isBucket()
        ? cursor.bucket()
        : null;
  }

  BboltFile file() {
    return file;
  }

  /** Root page, to be checked by the caller; 0 if the bucket is inline. */
  long root() {
    return root;
  }

  /** Reads one of the bucket's pages; page 0 is the inline page. */
  Page page(long id) throws IOException {
    if (id == 0 && inline != null) {
      return inline;
    }
    Page page = file.page(id);
    page.check();
    return page;
  }
}
