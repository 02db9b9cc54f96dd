package io.metastore.adapter.etcd;

import io.metastore.core.api.KeyOrder;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Range;
import java.util.List;

/** Reads a range in key order, page by page, from one view. Not thread-safe. */
final class KeyPages {
  private final ReadView view;
  private final Range range;
  private final long pageBytes;
  private Range rest;
  private boolean more = true;

  /**
   * @param range unsorted
   * @param pageBytes the approximate size of a page's keys and values
   */
  KeyPages(ReadView view, Range range, long pageBytes) {
    this.view = view;
    this.range = range;
    this.pageBytes = pageBytes;
    this.rest = range.toBuilder().setUncounted(true).setBytesTarget(pageBytes).build();
  }

  /** The same pages again, from the first one. */
  KeyPages again() {
    return new KeyPages(view, range, pageBytes);
  }

  /** Whether there is another page for {@link #next}; it may be empty. */
  boolean hasNext() {
    return more && !isFull();
  }

  /** Whether the range's limit was reached and more keys follow. */
  boolean isCut() {
    return more && isFull();
  }

  /**
   * The next page.
   *
   * @throws io.grpc.StatusRuntimeException if the range cannot be read
   */
  List<KeyValue> next() {
    Outcome outcome = view.range(rest);
    if (outcome instanceof Outcome.Failed failed) {
      throw EtcdErrors.of(failed.failure().code()).exception();
    }
    RangeResult page = ((Outcome.Ranged) outcome).result();
    more = page.more();
    if (more) {
      List<KeyValue> found = page.keyValues();
      Range.Builder next =
          rest.toBuilder().setKey(KeyOrder.after(found.get(found.size() - 1).key()));
      if (range.getLimit() > 0) {
        next.setLimit(rest.getLimit() - found.size());
      }
      rest = next.build();
    }
    return page.keyValues();
  }

  private boolean isFull() {
    // A limit of 0 means no limit, so a limit that has been used up must be detected here.
    return range.getLimit() > 0 && rest.getLimit() <= 0;
  }
}
