package io.metastore.bench.faults;

import io.grpc.StatusRuntimeException;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Load;
import io.metastore.bench.faults.testbed.SavedSnapshot;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.etcdapi.etcdserverpb.HashKVResponse;
import java.util.List;

/** An operator's commands, given in the middle of faults: they may fail, but must break nothing. */
final class OperatorFaults extends FaultSource {
  private static final int PAUSE_MAX_MS = 3_000;
  private static final int KEPT_REVISIONS_MAX = 200;

  private final Testbed testbed;
  private final List<Load> loads;
  private final Findings findings;

  OperatorFaults(
      Testbed testbed,
      List<Load> loads,
      List<Fault> mix,
      long seed,
      FaultLog log,
      Findings findings) {
    super(mix, seed, log, findings);
    this.testbed = testbed;
    this.loads = loads;
    this.findings = findings;
  }

  @Override
  void cause(Fault fault) throws InterruptedException {
    int member = random.nextInt(testbed.size());
    log.begin(fault, "through " + Testbed.name(member));
    try {
      switch (fault) {
        case TRANSFER -> testbed.transferLeadership(member);
        case COMPACT -> {
          long revision = needed() - random.nextInt(KEPT_REVISIONS_MAX);
          if (revision > testbed.compacted()) {
            testbed.compact(member, revision);
          }
        }
        case DEFRAGMENT -> testbed.defragment(member);
        case RESTORE -> restore(member);
        default -> testbed.verifySnapshot(member);
      }
    } catch (StatusRuntimeException e) {
      log.note(fault + " failed: " + e.getStatus());
    }
    pause(random.nextInt(PAUSE_MAX_MS));
  }

  /** The checks need the revisions after this one. */
  private long needed() {
    return loads.stream().mapToLong(Load::neededAfter).min().orElse(0);
  }

  private void restore(int member) throws InterruptedException {
    try (SavedSnapshot snapshot = testbed.saveSnapshot(member)) {
      long revision = snapshot.revision();
      HashKVResponse original = testbed.hash(member, revision);
      snapshot.restore(
          restored -> {
            HashKVResponse copy = Testbed.hash(restored, revision);
            // The member may have compacted more since.
            if (copy.getCompactRevision() == original.getCompactRevision()
                && copy.getHash() != original.getHash()) {
              findings.violation(
                  "a snapshot of %s was restored as %s instead of %s"
                      .formatted(Testbed.name(member), copy, original));
            }
            loads.forEach(load -> load.readRestored(restored, revision));
          });
      log.note("restored %s at revision %d".formatted(Testbed.name(member), revision));
    }
  }
}
