package io.metastore.bench.faults;

import io.grpc.StatusRuntimeException;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.bench.server.PeerLinks;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Semaphore;

/** Faults of the network between the members. */
final class PeerLinkFaults extends MajorityFaults {
  private static final int SLOW_MAX_MS = 400;
  private static final double LOSS_MAX = 0.3;
  private static final int LAG_TRIES = 5;
  private static final long LAG_RETRY_MS = 200;

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
      case LAG -> {
        log.begin(fault, Testbed.name(last));
        outrun(last);
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
    // Bytes that arrive late would contain the entries that a lagging member must lack.
    if (fault != Fault.LAG && random.nextBoolean()) {
      links.release();
      log.note("end of " + fault);
    } else {
      links.releaseAndLose();
      log.note("end of " + fault + ", what was held back is lost");
    }
  }

  /** Cuts a member off, and lets the leader of the others delete the log that it needs. */
  private void outrun(int member) throws InterruptedException {
    testbed.peers().holdFrom(member);
    testbed.peers().holdTo(member);
    OptionalLong last = OptionalLong.empty();
    for (int i = 0; i < LAG_TRIES && !pause(LAG_RETRY_MS); i++) {
      try {
        if (last.isEmpty()) {
          last = OptionalLong.of(testbed.status(member).getRaftIndex());
        }
        Optional<Integer> leader = testbed.findLeader(other -> other != member);
        if (leader.isPresent() && testbed.shortenLog(leader.get()) > last.getAsLong()) {
          log.note(Testbed.name(member) + " lacks entries that no log has any more");
          return;
        }
      } catch (StatusRuntimeException e) {
        log.note("the log was not shortened: " + e.getStatus());
      }
    }
  }
}
