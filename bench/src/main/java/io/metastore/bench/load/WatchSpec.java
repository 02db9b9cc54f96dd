package io.metastore.bench.load;

import static java.util.Objects.requireNonNull;

/**
 * The watchers of a watch run.
 *
 * @param watchers how many there are
 * @param matching how many of them get an event for every put
 * @param streams how many streams they share
 * @param shape what the others watch
 */
public record WatchSpec(int watchers, int matching, int streams, Shape shape) {

  /** What the watchers that get no event watch. */
  public enum Shape {
    /** A key of its own each. */
    DISTINCT,
    /** One and the same other key. */
    SAME,
    /** A prefix of its own each. */
    PREFIX,
    /** The key that is put, with a filter that drops puts. */
    FILTERED
  }

  /** Checks that the numbers make sense together. */
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
