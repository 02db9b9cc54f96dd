package io.metastore.bench.faults.etcd;

import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.linearizable.Operation;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Everything that the clients did and observed, except the watches. Thread-safe. */
final class Journal {
  /** The codes that a correct client may get. */
  private static final Set<Code> EXPECTED =
      EnumSet.of(Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.CANCELLED, Code.RESOURCE_EXHAUSTED);

  private static final String NO_SPACE = "etcdserver: mvcc: database space exceeded";

  /** From a member that is being replaced. */
  private static final String LEARNER = "etcdserver: rpc not supported for learner";

  private final Findings findings;
  private final Queue<Operation<Request, Answer>> operations = new ConcurrentLinkedQueue<>();
  private final Queue<Snapshot> snapshots = new ConcurrentLinkedQueue<>();
  private final Map<Long, Promise> promises = new ConcurrentHashMap<>();

  /**
   * A read that need not be of the newest state.
   *
   * @param revision the revision that it belongs to, according to the answer
   * @param keys the keys that were read; null for all
   * @param found values by key
   */
  record Snapshot(long revision, @Nullable Set<String> keys, Map<String, String> found) {}

  /**
   * What a holder knows about its lease.
   *
   * @param untilNanos the lease lives at least until then, by {@code System.nanoTime}
   * @param revoked whether the holder has ended the lease, or tried to
   */
  record Promise(long untilNanos, boolean revoked) {}

  Journal(Findings findings) {
    this.findings = findings;
  }

  void add(Operation<Request, Answer> operation) {
    operations.add(operation);
  }

  void add(Snapshot snapshot) {
    snapshots.add(snapshot);
  }

  /** The lease lives at least until then, if it was not revoked. */
  void promise(long lease, long untilNanos) {
    promises.put(lease, new Promise(untilNanos, false));
  }

  /** The lease may end from now on. */
  void revoke(long lease) {
    promises.computeIfPresent(lease, (id, promise) -> new Promise(promise.untilNanos(), true));
  }

  Collection<Operation<Request, Answer>> operations() {
    return operations;
  }

  Collection<Snapshot> snapshots() {
    return snapshots;
  }

  Map<Long, Promise> promises() {
    return promises;
  }

  /**
   * Counts an error, or reports it if it must not happen.
   *
   * @return whether the call surely had no effect
   */
  boolean judge(String call, StatusRuntimeException failure) {
    Status status = failure.getStatus();
    boolean noSpace = NO_SPACE.equals(status.getDescription());
    boolean learner = LEARNER.equals(status.getDescription());
    // gRPC's client reports some broken connections as UNKNOWN.
    boolean broken = status.getCode() == Code.UNKNOWN && status.getCause() instanceof IOException;
    if (broken || learner || EXPECTED.contains(status.getCode())) {
      findings.error(noSpace ? "no space" : learner ? "learner" : status.getCode().name());
    } else {
      findings.violation(call + " failed with " + status);
    }
    return noSpace || learner;
  }

  Findings findings() {
    return findings;
  }
}
