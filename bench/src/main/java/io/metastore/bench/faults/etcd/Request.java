package io.metastore.bench.faults.etcd;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A put, delete, read or transaction. Each answer reveals the previous values of all its keys.
 *
 * @param id unique; the value of all its puts
 * @param expected the condition: values by key, null for a missing key; empty for no condition
 * @param writes the new values if the condition holds, null to delete
 * @param reads keys that are only read
 */
record Request(
    String id,
    Map<String, @Nullable String> expected,
    Map<String, @Nullable String> writes,
    Set<String> reads) {

  Request {
    requireNonNull(id, "id");
    expected = new LinkedHashMap<>(expected);
    writes = new LinkedHashMap<>(writes);
    reads = Set.copyOf(reads);
  }

  /** All keys that it uses. */
  Set<String> keys() {
    Set<String> keys = new TreeSet<>(reads);
    keys.addAll(expected.keySet());
    keys.addAll(writes.keySet());
    return keys;
  }

  /** Whether it puts anything, which a later answer can reveal. */
  boolean puts() {
    return writes.containsValue(id);
  }

  /** Whether it puts all keys that it writes. */
  boolean onlyPuts() {
    return puts() && !writes.containsValue(null);
  }

  boolean isReadOnly() {
    return writes.isEmpty();
  }
}
