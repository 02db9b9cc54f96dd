package io.metastore.bench.faults.zookeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A request of a session.
 *
 * @param session the ID of the session
 * @param number its position among the requests of the session, in the order in which they were
 *     sent
 * @param path the znode that is read; empty for a write
 * @param steps what a write does
 * @param watch whether a read sets a watch
 * @param startNanos {@code System.nanoTime} before it was sent; of a read after a {@code sync},
 *     before the {@code sync} was sent
 */
record Request(
    long session,
    int number,
    Kind kind,
    String path,
    List<Step> steps,
    boolean watch,
    long startNanos) {

  /** What kind of answer it has. */
  enum Kind {
    WRITE,
    DATA,
    EXISTS,
    CHILDREN,
    SYNC
  }

  Request {
    requireNonNull(kind, "kind");
    requireNonNull(path, "path");
    steps = List.copyOf(steps);
  }

  /** Unique; the data that all its steps write. */
  String id() {
    return Long.toHexString(session) + "." + number;
  }
}
