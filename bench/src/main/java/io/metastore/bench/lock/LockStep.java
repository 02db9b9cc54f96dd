package io.metastore.bench.lock;

import io.metastore.bench.compare.Turn;

/** One lock service on freshly started servers that does one work once. */
record LockStep(LockService service, int members, LockWork work, int round) {
  LockStep(Turn<LockService, LockWork> turn) {
    this(turn.server(), turn.members(), turn.work(), turn.round());
  }

  @Override
  public String toString() {
    return "%s, members %d, %s, round %d".formatted(service.name(), members, work, round);
  }
}
