package io.metastore.bench.linearizable;

import java.util.List;

/**
 * The result of a check.
 *
 * @param explained for {@code VIOLATION}, the longest order of operations that was found; empty
 *     otherwise
 * @param unexplained for {@code VIOLATION}, the operations with which that order could not be
 *     continued although they had all begun; empty otherwise
 */
public record Verdict<I, O>(
    Kind kind, List<Operation<I, O>> explained, List<Operation<I, O>> unexplained) {

  /** Whether the history is linearizable. */
  public enum Kind {
    /** It is. */
    LINEARIZABLE,
    /** No order of the operations explains the answers. */
    VIOLATION,
    /** The search was given up because it needed too much memory. */
    UNDECIDED
  }

  /** Copies the lists. */
  public Verdict {
    explained = List.copyOf(explained);
    unexplained = List.copyOf(unexplained);
  }
}
