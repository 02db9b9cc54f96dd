package io.metastore.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks that every page is reachable or free exactly once, and that keys are in order. */
final class FileCheck {
  private static final int ERRORS_MAX = 100;

  private final BboltFile file;
  private final List<String> errors = new ArrayList<>();

  /** Pages that were reached, or that are free. */
  private final BitSet seen = new BitSet();

  FileCheck(BboltFile file) {
    this.file = file;
  }

  List<String> run() throws IOException {
    Meta meta = file.meta();
    seen.set(0, 2);
    if (meta.freelist() != Meta.NO_FREELIST) {
      checkFreelist(meta.freelist());
    }
    checkBucket(file.root());
    if (meta.freelist() != Meta.NO_FREELIST) {
      for (int page = seen.nextClearBit(0);
          page < meta.highWater();
          page = seen.nextClearBit(page + 1)) {
        report("page " + page + " is neither reachable nor free");
      }
    }
    return errors;
  }

  private void checkFreelist(long id) throws IOException {
    Page page;
    try {
      page = file.page(id);
    } catch (DamagedFileException e) {
      report(String.valueOf(e.getMessage()));
      return;
    }
    mark(page);
    if (page.kind() != Page.FREELIST) {
      report("page " + id + " is not the list of free pages");
      return;
    }
    ByteBuffer in = page.bytes().duplicate().order(page.bytes().order());
    in.position(Page.HEADER_BYTES);
    // A count that does not fit into the header is stored before the list.
    long count = page.count() == Page.COUNT_MAX ? in.getLong() : page.count();
    if (count > in.remaining() / Long.BYTES) {
      report("the list of free pages is too long");
      return;
    }
    for (long i = 0; i < count; i++) {
      markOne(in.getLong(), "free");
    }
  }

  private void checkBucket(Bucket bucket) throws IOException {
    checkPage(bucket, bucket.root(), null, null);
  }

  /**
   * Checks a page and the pages below it.
   *
   * @param from the lowest key allowed; null if all are
   * @param to the first key behind those allowed; null if all are
   */
  private void checkPage(Bucket bucket, long id, byte @Nullable [] from, byte @Nullable [] to)
      throws IOException {
    if (errors.size() >= ERRORS_MAX) {
      return;
    }
    try {
      Page page = bucket.page(id);
      // A page that is below itself must not be followed again.
      if (id != 0 && !mark(page)) {
        return;
      }
      for (int i = 0; i < page.count(); i++) {
        byte[] key = page.key(i);
        checkOrder(id, i, i == 0 ? from : page.key(i - 1), /* equal= */ i == 0, key, to);
        if (!page.isLeaf()) {
          checkPage(bucket, page.child(i), key, i + 1 < page.count() ? page.key(i + 1) : to);
        } else if (page.isBucket(i)) {
          checkBucket(Bucket.ofValue(file, page.value(i)));
        }
      }
    } catch (DamagedFileException e) {
      report(String.valueOf(e.getMessage()));
    }
  }

  private void checkOrder(
      long page,
      int element,
      byte @Nullable [] before,
      boolean equal,
      byte[] key,
      byte @Nullable [] to) {
    int order = before == null ? -1 : Arrays.compareUnsigned(before, key);
    if (order > 0 || (order == 0 && !equal)) {
      report("key " + element + " of page " + page + " is not greater than the one before it");
    }
    if (to != null && Arrays.compareUnsigned(key, to) >= 0) {
      report("key " + element + " of page " + page + " belongs into a later page");
    }
  }

  private boolean mark(Page page) {
    boolean all = true;
    for (long id = page.id(); id <= page.id() + page.overflow(); id++) {
      all &= markOne(id, "reachable");
    }
    return all;
  }

  private boolean markOne(long id, String as) {
    if (id < 0 || id >= file.meta().highWater()) {
      report("page " + id + " is " + as + ", but does not exist");
      return false;
    }
    if (seen.get((int) id)) {
      report("page " + id + " is " + as + ", but also used elsewhere");
      return false;
    }
    seen.set((int) id);
    return true;
  }

  private void report(String error) {
    if (errors.size() < ERRORS_MAX) {
      errors.add(error);
    }
  }
}
