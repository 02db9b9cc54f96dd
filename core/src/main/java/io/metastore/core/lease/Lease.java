package io.metastore.core.lease;

import static java.util.Objects.requireNonNull;

/**
 * The replicated state of a lease.
 *
 * @param ttl granted TTL in seconds
 * @param remaining remaining TTL at the last lease checkpoint, in seconds; 0 for the full TTL
 * @param grantedIndex Raft log index of the grant; distinguishes successive leases with the same ID
 * @param label description given by the owner; empty unless {@code kind} is {@link Kind#CLIENT}
 */
public record Lease(long id, long ttl, long remaining, long grantedIndex, Kind kind, String label) {

  /** What a lease is for. The code is stored on disk and never changes. */
  public enum Kind {
    /** Granted by request; the ID was chosen by the client or by its server. */
    GRANTED('g'),
    /** A client of the native API; the ID was allocated in apply. */
    CLIENT('c'),
    /** Keeps an expired holder's place in a lock's queue for the duration of the lock-delay. */
    LOCK_DELAY('d'),
    /** A session of the znode tree; the ID was allocated in apply. */
    SESSION('s');

    private final char code;

    Kind(char code) {
      this.code = code;
    }

    char code() {
      return code;
    }

    /** Whether etcd clients see the lease in lists. */
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

  /** The lease after a checkpoint of its remaining TTL, in seconds. */
  public Lease withRemaining(long seconds) {
    return new Lease(id, ttl, seconds, grantedIndex, kind, label);
  }

  /** The remaining TTL, in seconds, that a new leader must assume. */
  public long assumedRemaining() {
    return remaining > 0 ? remaining : ttl;
  }
}
