package io.metastore.core.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of one operation of a transaction. */
public sealed interface OpResult {

  /**
   * Result of a put.
   *
   * @param previous the overwritten version, if requested and if there was one
   */
  record PutResult(@Nullable KeyValue previous) implements OpResult {}

  /**
   * Result of a delete.
   *
   * @param deleted number of deleted keys
   * @param previous the deleted versions in key order, if requested
   */
  record DeleteResult(long deleted, List<KeyValue> previous) implements OpResult {}

  /**
   * Result of a range.
   *
   * @param count number of keys in the range at the revision read, regardless of limit and filters
   * @param more whether the limit left out keys
   */
  record RangeResult(List<KeyValue> keyValues, long count, boolean more) implements OpResult {}

  /** Result of an operation on the znode tree. */
  record ZnodeResult(NodeResult node) implements OpResult {}

  /** Result of a nested transaction. */
  record TxnResult(boolean succeeded, List<OpResult> results) implements OpResult {}
}
