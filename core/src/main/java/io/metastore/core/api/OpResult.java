package io.metastore.core.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of one operation of a transaction. */
public sealed interface OpResult {

  /**
   * A put was done.
   *
   * @param previous the version that was overwritten, if it was asked for and existed
   */
  record PutResult(@Nullable KeyValue previous) implements OpResult {}

  /**
   * Keys were deleted.
   *
   * @param previous the deleted versions in key order, if they were asked for
   */
  record DeleteResult(long deleted, List<KeyValue> previous) implements OpResult {}

  /**
   * A range was read.
   *
   * @param count all keys in the range at the revision read, whatever the limit and the filters
   * @param more whether the limit cut the answer
   */
  record RangeResult(List<KeyValue> keyValues, long count, boolean more) implements OpResult {}

  /** A nested transaction. */
  record TxnResult(boolean succeeded, List<OpResult> results) implements OpResult {}
}
