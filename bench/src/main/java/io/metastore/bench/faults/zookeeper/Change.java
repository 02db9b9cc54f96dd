package io.metastore.bench.faults.zookeeper;

/** A change of one znode. All changes of one request have the same zxid. */
record Change(long zxid, Kind kind, String path) {

  /** What happened to the znode. */
  enum Kind {
    CREATED,
    SET,
    DELETED
  }
}
