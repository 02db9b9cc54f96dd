package io.metastore.bench.faults.metastore;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One step of a client and its result: a transaction, a write, or only reads.
 *
 * @param id the unique value that all its puts write
 * @param startNanos {@code System.nanoTime} before it began
 * @param endNanos {@code System.nanoTime} after its reply
 * @param snapshot the revision of its reads; 0 for no reads
 * @param writes the new value by key; null to delete the key
 * @param fence the fence that it used; null for none
 */
record Attempt(
    String id,
    long startNanos,
    long endNanos,
    Outcome outcome,
    long snapshot,
    List<Read> reads,
    Map<String, @Nullable String> writes,
    @Nullable Fence fence) {

  Attempt {
    requireNonNull(id, "id");
    reads = List.copyOf(reads);
  }

  /** What the client knows about the result. */
  enum Outcome {
    /** The client was told that it succeeded. */
    DONE,
    /** The client was told, or concluded, that it had and will have no effect. */
    NOT_DONE,
    UNKNOWN
  }

  /** The lock and token of the fence. */
  record Fence(String lock, long token) {}

  /**
   * A read of the keys from {@code from} (inclusive) to {@code to} (exclusive), with everything
   * found.
   *
   * @param withValues false if only the revisions are known
   */
  record Read(String from, String to, boolean withValues, Map<String, Seen> found) {}

  /**
   * A key as it was read.
   *
   * @param value empty if values were not requested
   */
  record Seen(long modRevision, String value) {}

  /** The notes of a running step. Used by one thread. */
  static final class Draft {
    private final String id;
    private final long startNanos = System.nanoTime();
    private final List<Read> reads = new ArrayList<>();
    private final Map<String, @Nullable String> writes = new LinkedHashMap<>();
    private long snapshot;
    private @Nullable Fence fence;

    Draft(String id) {
      this.id = id;
    }

    String id() {
      return id;
    }

    void snapshot(long revision) {
      snapshot = revision;
    }

    void fence(String lock, long token) {
      fence = new Fence(lock, token);
    }

    void read(Read read) {
      reads.add(read);
    }

    void put(String key) {
      writes.put(key, id);
    }

    void delete(String key) {
      writes.put(key, null);
    }

    Attempt end(Outcome outcome) {
      return new Attempt(
          id, startNanos, System.nanoTime(), outcome, snapshot, reads, writes, fence);
    }
  }
}
