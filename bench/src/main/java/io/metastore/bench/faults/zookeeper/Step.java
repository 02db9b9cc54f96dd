package io.metastore.bench.faults.zookeeper;

import static java.util.Objects.requireNonNull;

/**
 * A change or check of one znode; several of them are one {@code multi}.
 *
 * @param version the expected version; -1 for any
 */
record Step(Kind kind, String path, int version) {
  static final int ANY_VERSION = -1;

  /** What the step does. */
  enum Kind {
    CREATE,
    CREATE_EPHEMERAL,
    /** Ephemeral, with a number that ZooKeeper appends to the path. */
    CREATE_IN_SEQUENCE,
    SET,
    DELETE,
    CHECK
  }

  Step {
    requireNonNull(kind, "kind");
    requireNonNull(path, "path");
  }

  static Step of(Kind kind, String path) {
    return new Step(kind, path, ANY_VERSION);
  }

  /** Whether it is refused in this state; false if that is not known. */
  boolean isSurelyRefused(Timeline.State state) {
    return switch (kind) {
      case CREATE, CREATE_EPHEMERAL -> state.exists();
      case CREATE_IN_SEQUENCE -> false;
      case SET, DELETE, CHECK ->
          state.isAbsent()
              || (version != ANY_VERSION
                  && state.version() != Timeline.UNKNOWN_VERSION
                  && state.version() != version);
    };
  }
}
