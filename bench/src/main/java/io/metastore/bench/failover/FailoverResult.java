package io.metastore.bench.failover;

import java.util.List;

/**
 * How long writes waited, for all tries with one fault. Attempts begin every 20 ms through each of
 * the other members. An attempt has waited until it, or one that began later, succeeded. Counted is
 * the first attempt after the fault or, if the leader hands over, the one that waited longest.
 *
 * @param server the server's name
 * @param putMs milliseconds until a put was acknowledged, for each try
 * @param lockMs milliseconds until a lease and a lock with it were granted by etcd's services, for
 *     each try
 * @param ownLockMs milliseconds until a client and a lock were granted by Metastore's own services,
 *     for each try; empty for a server without them
 */
public record FailoverResult(
    String server, Fault fault, List<Long> putMs, List<Long> lockMs, List<Long> ownLockMs) {

  /** Copies the lists. */
  public FailoverResult {
    putMs = List.copyOf(putMs);
    lockMs = List.copyOf(lockMs);
    ownLockMs = List.copyOf(ownLockMs);
  }
}
