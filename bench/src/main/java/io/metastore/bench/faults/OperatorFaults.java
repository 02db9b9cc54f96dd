package io.metastore.bench.faults;

import io.grpc.StatusRuntimeException;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Testbed;
import java.util.List;
import java.util.function.LongSupplier;

/** An operator's commands, given in the middle of faults: they may fail, but must break nothing. */
final class OperatorFaults extends FaultSource {
  private static final int PAUSE_MAX_MS = 3_000;
  private static final int KEPT_REVISIONS_MAX = 200;

  private final Testbed testbed;
  private final LongSupplier needed;

  /**
   * @param needed the checks need the revisions after this one
   */
  OperatorFaults(
      Testbed testbed,
      LongSupplier needed,
      List<Fault> mix,
      long seed,
      FaultLog log,
      Findings findings) {
    super(mix, seed, log, findings);
    this.testbed = testbed;
    this.needed = needed;
  }

  @Override
  void cause(Fault fault) throws InterruptedException {
    int member = random.nextInt(testbed.size());
    log.begin(fault, "through " + Testbed.name(member));
    try {
      switch (fault) {
        case TRANSFER -> testbed.transferLeadership(member);
        case COMPACT -> {
          long revision = needed.getAsLong() - random.nextInt(KEPT_REVISIONS_MAX);
          if (revision > testbed.compacted()) {
            testbed.compact(member, revision);
          }
        }
        case DEFRAGMENT -> testbed.defragment(member);
        default -> testbed.verifySnapshot(member);
      }
    } catch (StatusRuntimeException e) {
      log.note(fault + " failed: " + e.getStatus());
    }
    pause(random.nextInt(PAUSE_MAX_MS));
  }
}
