package io.metastore.bbolt;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Iterates over the entries of a bucket in ascending key order. Starts before the first entry.
 * Holds one page per level of the tree.
 */
public final class Cursor {
  /** No tree is as deep as this: each level has at least two children. */
  private static final int DEPTH_MAX = 64;

  private final Bucket bucket;

  /** From the current leaf up to the root. */
  private final Deque<Place> path = new ArrayDeque<>();

  private boolean started;

  Cursor(Bucket bucket) {
    this.bucket = bucket;
  }

  /** An element of a page. */
  private static final class Place {
    final Page page;
    int element;

    Place(Page page) {
      this.page = page;
    }
  }

  /** Moves to the next entry; false at the end. */
  public boolean next() throws IOException {
    if (started) {
      if (!path.isEmpty()) {
        path.element().element++;
      }
    } else {
      started = true;
      push(bucket.root());
    }
    return settle();
  }

  /** Moves to the first entry at or after {@code key}; false if there is none. */
  public boolean seek(byte[] key) throws IOException {
    started = true;
    path.clear();
    push(bucket.root());
    while (!path.element().page.isLeaf()) {
      Place place = path.element();
      int after = place.page.firstAtOrAfter(key);
      boolean exact = after < place.page.count() && Arrays.equals(place.page.key(after), key);
      place.element = exact || after == 0 ? after : after - 1;
      if (place.page.count() == 0) {
        return settle();
      }
      push(place.page.child(place.element));
    }
    path.element().element = path.element().page.firstAtOrAfter(key);
    return settle();
  }

  /** Moves to the last entry; false if there is none. */
  public boolean last() throws IOException {
    started = true;
    path.clear();
    push(bucket.root());
    while (true) {
      Place place = path.element();
      place.element = place.page.count() - 1;
      if (place.page.count() == 0 || place.page.isLeaf()) {
        return place.page.count() > 0;
      }
      push(place.page.child(place.element));
    }
  }

  /**
   * Moves from behind the last element of a page to the next leaf, and from a branch to its leaf.
   */
  private boolean settle() throws IOException {
    while (!path.isEmpty()) {
      Place place = path.element();
      if (place.element >= place.page.count()) {
        path.pop();
        if (!path.isEmpty()) {
          path.element().element++;
        }
      } else if (place.page.isLeaf()) {
        return true;
      } else {
        push(place.page.child(place.element));
      }
    }
    return false;
  }

  private void push(long page) throws IOException {
    if (path.size() == DEPTH_MAX) {
      throw new DamagedFileException("page " + page + " is below itself");
    }
    path.push(new Place(bucket.page(page)));
  }

  public byte[] key() {
    return current().page.key(current().element);
  }

  /** The value of the current entry, which is not a bucket. */
  public byte[] value() {
    if (isBucket()) {
      throw new IllegalStateException("the entry is a bucket");
    }
    return current().page.value(current().element);
  }

  /** Whether the current entry is a bucket. */
  public boolean isBucket() {
    return current().page.isBucket(current().element);
  }

  /** The current entry, which is a bucket. */
  public Bucket bucket() throws DamagedFileException {
    if (!isBucket()) {
      throw new IllegalStateException("the entry is not a bucket");
    }
    return Bucket.ofValue(bucket.file(), current().page.value(current().element));
  }

  private Place current() {
    if (path.isEmpty()) {
      throw new IllegalStateException("the cursor is not on an entry");
    }
    return path.element();
  }
}
