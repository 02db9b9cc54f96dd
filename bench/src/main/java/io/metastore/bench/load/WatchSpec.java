package io.metastore.bench.load;

import static java.util.Objects.requireNonNull;

/**
 * The watchers of a watch run.
 *
 * @param watchers the number of watchers
 * @param matching how many of them get an event for every put
 * @param streams the number of streams that they share
 * @param shape what the others watch
 */
public record WatchSpec(int watchers, int matching, int streams, Shape shape) {

  /** What the watchers without events watch. */
  public enum Shape {
    /** A different key each. */
    DISTINCT,
    /** All the same key, other than the one that is put. */
    SAME,
    /** A different prefix each. */
    PREFIX,
    /** The key that is put, with a filter that drops puts. */
    FILTERED
  }

  /** Checks that the numbers are consistent. */
  public WatchSpec {
    requireNonNull(shape, "shape");
    if (watchers < 0 || matching < 0 || matching > watchers) {
      throw new IllegalArgumentException(
          "of %d watchers %d cannot match".formatted(watchers, matching));
    }
    if (streams < 1) {
      throw new IllegalArgumentException("at least one stream is needed, not " + streams);
    }
  }
}
