package io.metastore.adapter.zookeeper;

import com.google.protobuf.ByteString;

/** A session that a client was granted. */
record AgreedSession(long id, int timeoutMs, ByteString password, Kind kind) {

  enum Kind {
    /** Known to all members. */
    GLOBAL,
    /** Known to this member only. */
    LOCAL,
    /** Served while this member has no leader: the client can only read. */
    READ_ONLY
  }

  /**
   * A session is renewed at most once in this fraction of its timeout, however much its client
   * sends.
   */
  static final int RENEWALS_PER_TIMEOUT = 10;

  /**
   * The TTL of a session's lease in seconds. It is longer than the session timeout, because a
   * request that arrives just after a renewal causes the next renewal only some time later.
   */
  long leaseTtl() {
    long ms = (long) timeoutMs + timeoutMs / RENEWALS_PER_TIMEOUT;
    return (ms + 999) / 1000;
  }
}
