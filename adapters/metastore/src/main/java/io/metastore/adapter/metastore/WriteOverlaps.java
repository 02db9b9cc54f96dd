package io.metastore.adapter.metastore;

import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.Write;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Refuses transactions that put a key twice, or put and delete it, because it would be unclear
 * which of the two applies. Deletes may overlap.
 */
final class WriteOverlaps {
  private final Set<String> puts = new HashSet<>();
  private final Set<String> deletes = new HashSet<>();
  private final Set<String> trees = new HashSet<>();

  private WriteOverlaps() {}

  /**
   * @param writes their paths have been checked
   */
  static void check(String field, List<Write> writes) {
    if (writes.size() < 2) {
      return;
    }
    WriteOverlaps overlaps = new WriteOverlaps();
    for (Write write : writes) {
      switch (write.getKindCase()) {
        case PUT -> {
          String key = write.getPut().getKey();
          if (!overlaps.puts.add(key)) {
            throw duplicate(field, key);
          }
        }
        case DELETE -> overlaps.deletes.add(write.getDelete());
        case DELETE_TREE -> overlaps.trees.add(write.getDeleteTree());
        // Operations on znodes are done one after the other, as in ZooKeeper's multi.
        case CREATE_ZNODE, SET_ZNODE, DELETE_ZNODE -> {}
        case KIND_NOT_SET -> throw new IllegalArgumentException("unchecked write");
      }
    }
    for (String key : overlaps.puts) {
      if (overlaps.isDeleted(key)) {
        throw duplicate(field, key);
      }
    }
  }

  private boolean isDeleted(String key) {
    if (deletes.contains(key) || trees.contains("/")) {
      return true;
    }
    for (int end = key.length(); end > 0; end = key.lastIndexOf('/', end - 1)) {
      if (trees.contains(key.substring(0, end))) {
        return true;
      }
    }
    return false;
  }

  private static Refusal duplicate(String field, String key) {
    ErrorDetail detail =
        ErrorDetail.newBuilder()
            .setReason(Reason.DUPLICATE_KEY)
            .setField(field)
            .setPath(key)
            .build();
    return new Refusal(detail, field + " must not write a key twice");
  }
}
