package io.metastore.compat.chaos;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client did in one step, and what it was told: a transaction, a write, or only reads.
 *
 * @param id what every put of it writes; nobody else writes that
 * @param startNanos {@code System.nanoTime} before it began
 * @param endNanos the same after its answer
 * @param snapshot the revision that its reads were made at; 0 for no reads
 * @param writes new value by key; null to delete it
 * @param fence what it was done under; null for nothing
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

  /** What the client knows of it. */
  enum Outcome {
    /** It was told that it was done. */
    DONE,
    /** It was told, or concluded, that it was not and will not be done. */
    NOT_DONE,
    UNKNOWN
  }

  /** The lock it was done under. */
  record Fence(String lock, long token) {}

  /**
   * Keys from {@code from} to before {@code to}, and all that was found there.
   *
   * @param withValues false if only the revisions are known
   */
  record Read(String from, String to, boolean withValues, Map<String, Seen> found) {}

  /**
   * A key as it was read.
   *
   * @param value empty if values were not asked for
   */
  record Seen(long modRevision, String value) {}

  /** Notes of a step under way. Used by one thread. */
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
