package io.metastore.bbolt;

/** An entry of a page that is being written. The arrays are not copied. */
final class Element {
  private static final byte[] NO_VALUE = new byte[0];

  private final byte[] key;
  private final byte[] value;
  private final long child;
  private final boolean isBucket;

  private Element(byte[] key, byte[] value, long child, boolean isBucket) {
    this.key = key;
    this.value = value;
    this.child = child;
    this.isBucket = isBucket;
  }

  static Element ofLeaf(byte[] key, byte[] value, boolean isBucket) {
    return new Element(key, value, /* child= */ 0, isBucket);
  }

  static Element ofBranch(byte[] key, long child) {
    return new Element(key, NO_VALUE, child, /* isBucket= */ false);
  }

  byte[] key() {
    return key;
  }

  /** The value or encoded bucket in a leaf; empty in a branch. */
  byte[] value() {
    return value;
  }

  /** The child page in a branch. */
  long child() {
    return child;
  }

  boolean isBucket() {
    return isBucket;
  }

  /** What the entry takes in its page, in bytes. */
  long sizeBytes() {
    return Page.ELEMENT_BYTES + (long) key.length + value.length;
  }
}
