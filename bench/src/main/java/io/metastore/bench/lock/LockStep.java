package io.metastore.bench.lock;

/** One lock service on freshly started servers that does one work once. */
record LockStep(LockService service, int members, LockWork work, int round) {
  @Override
  public String toString() {
    return "%s, members %d, %s, round %d".formatted(service.name(), members, work, round);
  }
}
