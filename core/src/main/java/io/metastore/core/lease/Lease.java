package io.metastore.core.lease;

import static java.util.Objects.requireNonNull;

/**
 * A lease as all replicas know it.
 *
 * @param ttl granted, in seconds
 * @param remaining in seconds at the last checkpoint; 0 for the full TTL
 * @param grantedIndex Raft log index of the grant: tells apart leases that had the same id one
 *     after the other
 * @param label what its owner said of itself; empty unless a client
 */
public record Lease(long id, long ttl, long remaining, long grantedIndex, Kind kind, String label) {

  /** What a lease is for. The code is stored and never changes. */
  public enum Kind {
    /** Granted by request, under an id that the requester or its server chose. */
    GRANTED('g'),
    /** A client of the native API, under an id that the log determined. */
    CLIENT('c'),
    /** Keeps the place of an expired holder in a lock for the lock-delay. */
    LOCK_DELAY('d'),
    /** A session of the znode tree, under an id that the log determined. */
    SESSION('s');

    private final char code;

    Kind(char code) {
      this.code = code;
    }

    char code() {
      return code;
    }

    /** Whether etcd's clients see it among the leases. */
    public boolean isListed() {
      return switch (this) {
        case GRANTED, CLIENT -> true;
        case LOCK_DELAY, SESSION -> false;
      };
    }

    static Kind of(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalStateException("kind of lease " + code);
    }
  }

  public Lease {
    requireNonNull(kind, "kind");
    requireNonNull(label, "label");
  }

  /** As after a checkpoint of its remaining lifetime, in seconds. */
  public Lease withRemaining(long seconds) {
    return new Lease(id, ttl, seconds, grantedIndex, kind, label);
  }

  /** In seconds: what a new leader must assume is left. */
  public long assumedRemaining() {
    return remaining > 0 ? remaining : ttl;
  }
}
