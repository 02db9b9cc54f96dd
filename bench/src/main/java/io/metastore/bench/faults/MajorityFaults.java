package io.metastore.bench.faults;

import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Testbed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/**
 * Faults that leave a majority of the members alive and connected, if they happen one at a time.
 * Mostly they do, so that the clients make progress; sometimes two sources coincide.
 */
abstract class MajorityFaults extends FaultSource {
  final Testbed testbed;
  private final Semaphore turn;
  private final Random coincidences;

  /**
   * @param turn shared by the sources that take turns
   */
  MajorityFaults(
      Testbed testbed,
      Semaphore turn,
      List<Fault> mix,
      long seed,
      FaultLog log,
      Findings findings) {
    super(mix, seed, log, findings);
    this.testbed = testbed;
    this.turn = turn;
    this.coincidences = new Random(seed + 1);
  }

  /** Causes a fault, waits, and removes it. */
  abstract void causeInTurn(Fault fault) throws InterruptedException;

  @Override
  final void cause(Fault fault) throws InterruptedException {
    if (coincidences.nextInt(4) == 0) {
      causeInTurn(fault);
      return;
    }
    turn.acquire();
    try {
      causeInTurn(fault);
    } finally {
      turn.release();
    }
  }

  final List<Integer> everyone() {
    return IntStream.range(0, testbed.size()).boxed().toList();
  }

  /** All members in random order, but mostly with the leader first. */
  final List<Integer> order() {
    List<Integer> order = new ArrayList<>(everyone());
    Collections.shuffle(order, random);
    if (random.nextInt(3) > 0) {
      testbed
          .findLeader()
          .ifPresent(
              leader -> {
                order.remove(leader);
                order.add(0, leader);
              });
    }
    return order;
  }
}
