package io.metastore.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one bucket from entries in ascending key order. Holds the leaf that is being filled, and
 * one branch page per level above it.
 */
public final class BucketWriter implements AutoCloseable {
  /** Source: bbolt's {@code MaxKeySize}. */
  private static final int KEY_BYTES_MAX = 32768;

  /** Source: bbolt's {@code MaxValueSize}. */
  private static final int VALUE_BYTES_MAX = (1 << 31) - 2;

  /** As in bbolt, a small bucket is stored inline if it has at most a quarter of a page. */
  private static final int INLINE_PART = 4;

  private final BboltWriter writer;

  /** The bucket that contains this one, and this one's name there; null for the root. */
  private final @Nullable BucketWriter parent;

  private final byte[] name;

  /** The pages that are being filled, from the leaf up to the highest branch. */
  private final List<Level> levels = new ArrayList<>();

  private boolean hasBuckets;
  private byte @Nullable [] lastKey;
  private long sequence;

  /** The root bucket. */
  BucketWriter(BboltWriter writer) {
    this(writer, null, new byte[0]);
  }

  private BucketWriter(BboltWriter writer, @Nullable BucketWriter parent, byte[] name) {
    this.writer = writer;
    this.parent = parent;
    this.name = name;
    levels.add(new Level());
  }

  /** A page that is being filled. */
  private static final class Level {
    final List<Element> elements = new ArrayList<>();
    long sizeBytes = Page.HEADER_BYTES;
  }

  /** Adds an entry. The arrays are kept until the page is written: they must not change. */
  public void put(byte[] key, byte[] value) throws IOException {
    if (key.length == 0 || key.length > KEY_BYTES_MAX) {
      throw new IllegalArgumentException("a key of " + key.length + " bytes");
    }
    if (value.length > VALUE_BYTES_MAX) {
      throw new IllegalArgumentException("a value of " + value.length + " bytes");
    }
    add(key, value, /* isBucket= */ false);
  }

  /** Begins a bucket in this one, which the caller closes before it adds anything more here. */
  public BucketWriter bucket(byte[] key) throws IOException {
    return new BucketWriter(writer, this, key);
  }

  /** Sets the bucket's sequence number, which is 0 otherwise. */
  public void setSequence(long sequence) {
    this.sequence = sequence;
  }

  /** Completes the bucket. */
  @Override
  public void close() throws IOException {
    if (parent != null) {
      parent.hasBuckets = true;
      parent.add(name, toValue(), /* isBucket= */ true);
    }
  }

  private void add(byte[] key, byte[] value, boolean isBucket) throws IOException {
    if (lastKey != null && Arrays.compareUnsigned(lastKey, key) >= 0) {
      throw new IllegalArgumentException("a key is not greater than the one before it");
    }
    lastKey = key;
    add(0, Element.ofLeaf(key, value, isBucket));
  }

  private void add(int height, Element element) throws IOException {
    if (height == levels.size()) {
      levels.add(new Level());
    }
    Level level = levels.get(height);
    boolean full =
        level.sizeBytes + element.sizeBytes() > writer.pageSize()
            // A branch with a single child would make the tree higher for nothing.
            && level.elements.size() >= (height == 0 ? 1 : 2);
    if (full || level.elements.size() == Page.COUNT_MAX) {
      writeLevel(height);
    }
    level.elements.add(element);
    level.sizeBytes += element.sizeBytes();
  }

  /** Writes the page that is being filled, and adds it to the level above. */
  private void writeLevel(int height) throws IOException {
    Level level = levels.get(height);
    byte[] firstKey = level.elements.get(0).key();
    long page = write(height);
    add(height + 1, Element.ofBranch(firstKey, page));
  }

  private long write(int height) throws IOException {
    Level level = levels.get(height);
    long page =
        writer.writePage(height == 0 ? Page.LEAF : Page.BRANCH, level.elements, level.sizeBytes);
    level.elements.clear();
    level.sizeBytes = Page.HEADER_BYTES;
    return page;
  }

  /**
   * Writes the pages that are not full yet.
   *
   * @return the bucket's root page
   */
  long writeRest() throws IOException {
    int height = 0;
    for (; height < levels.size() - 1; height++) {
      writeLevel(height);
    }
    return write(height);
  }

  private byte[] toValue() throws IOException {
    Level leaf = levels.get(0);
    boolean inline =
        levels.size() == 1 && !hasBuckets && leaf.sizeBytes <= writer.pageSize() / INLINE_PART;
    ByteBuffer value =
        ByteBuffer.allocate(Bucket.HEADER_BYTES + (inline ? (int) leaf.sizeBytes : 0))
            .order(ByteOrder.LITTLE_ENDIAN);
    value.putLong(inline ? 0 : writeRest()).putLong(sequence);
    if (inline) {
      Page.writeHeader(value, 0, Page.LEAF, leaf.elements.size(), /* overflow= */ 0);
      Page.writeElements(value, Page.LEAF, leaf.elements);
      for (Element element : leaf.elements) {
        value.put(element.key()).put(element.value());
      }
    }
    return value.array();
  }
}
