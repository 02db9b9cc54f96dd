package io.metastore.bench.failover;

import java.util.List;

/**
 * Until when a cluster took no writes, in all tries with one fault. Each time is from the fault to
 * the first success through the last of the members that still run, of an attempt that began after
 * the fault; attempts begin every 20 ms.
 *
 * @param server name of the server
 * @param putMs until a put was acknowledged, for each try, in milliseconds
 * @param lockMs until a lease and a lock with it were granted, likewise
 */
public record FailoverResult(String server, Fault fault, List<Long> putMs, List<Long> lockMs) {

  /** Copies the lists. */
  public FailoverResult {
    putMs = List.copyOf(putMs);
    lockMs = List.copyOf(lockMs);
  }
}
