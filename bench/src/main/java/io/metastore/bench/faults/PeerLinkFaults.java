package io.metastore.bench.faults;

import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.bench.server.PeerLinks;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;

/** Faults of the network between the members. */
final class PeerLinkFaults extends MajorityFaults {
  private static final int SLOW_MAX_MS = 400;
  private static final double LOSS_MAX = 0.3;

  PeerLinkFaults(
      Testbed testbed,
      Semaphore turn,
      List<Fault> mix,
      long seed,
      FaultLog log,
      Findings findings) {
    super(testbed, turn, mix, seed, log, findings);
  }

  @Override
  void causeInTurn(Fault fault) throws InterruptedException {
    PeerLinks links = testbed.peers();
    List<Integer> order = order();
    int first = order.get(0);
    int last = order.get(order.size() - 1);
    switch (fault) {
      case CUT -> {
        int side = 1 + random.nextInt(Math.max(1, testbed.size() / 2));
        List<Integer> minority = order.subList(0, Math.min(side, order.size() - 1));
        log.begin(fault, minority.stream().map(Testbed::name).toList() + " from the others");
        for (int inside : minority) {
          for (int outside : order.subList(minority.size(), order.size())) {
            links.hold(inside, outside);
            links.hold(outside, inside);
          }
        }
      }
      case CUT_ONE_WAY -> {
        switch (random.nextInt(3)) {
          case 0 -> {
            log.begin(fault, "from " + Testbed.name(first));
            links.holdFrom(first);
          }
          case 1 -> {
            log.begin(fault, "to " + Testbed.name(first));
            links.holdTo(first);
          }
          default -> {
            log.begin(fault, "from " + Testbed.name(first) + " to " + Testbed.name(last));
            links.hold(first, last);
          }
        }
      }
      case LOSSY -> {
        double probability = random.nextDouble() * LOSS_MAX;
        log.begin(fault, "%s, %.0f %%".formatted(Testbed.name(first), 100 * probability));
        links.lose(first, probability, new Random(random.nextLong()));
      }
      default -> {
        int ms = 1 + random.nextInt(SLOW_MAX_MS);
        log.begin(fault, Testbed.name(first) + " by " + ms + " ms");
        links.slow(first, ms);
      }
    }
    pause(someMs());
    if (random.nextBoolean()) {
      links.release();
      log.note("end of " + fault);
    } else {
      links.releaseAndLose();
      log.note("end of " + fault + ", what was held back is lost");
    }
  }
}
