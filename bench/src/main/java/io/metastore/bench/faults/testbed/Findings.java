package io.metastore.bench.faults.testbed;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The violations found so far, and how often clients got each error. Thread-safe. */
public final class Findings {
  private static final int VIOLATIONS_MAX = 100;

  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  /** Guarded by itself. */
  private final Map<String, Long> errors = new TreeMap<>();

  /** Records a violation; only the first hundred are kept. */
  public void violation(String what) {
    if (count.incrementAndGet() <= VIOLATIONS_MAX) {
      violations.add(what);
    }
  }

  /** Counts an error that a correct client may get. */
  public void error(String kind) {
    synchronized (errors) {
      errors.merge(kind, 1L, Long::sum);
    }
  }

  /** The violations in the order in which they were found. */
  public List<String> violations() {
    return List.copyOf(violations);
  }

  /** The number of errors by kind. */
  public Map<String, Long> errors() {
    synchronized (errors) {
      return new TreeMap<>(errors);
    }
  }
}
