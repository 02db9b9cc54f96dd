package io.metastore.bench.faults;

import io.grpc.StatusRuntimeException;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Testbed;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Faults of members and their machines: mostly of the leader, and never of a majority, except all.
 */
final class MemberFaults extends MajorityFaults {
  private static final int DOWN_MAX_MS = 2_000;
  private static final long RECOVERY_SECONDS = 20;
  private static final long DAY_SECONDS = TimeUnit.DAYS.toSeconds(1);

  MemberFaults(
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
    List<Integer> victims = victims(fault);
    log.begin(fault, names(victims));
    switch (fault) {
      case PAUSE -> pauseAll(victims);
      case DISK_FULL -> fillDisks(victims);
      case CLOCK_JUMP -> moveClocks(victims);
      case REPLACE -> replace(victims.get(0));
      default -> stopAndStart(fault, victims);
    }
    log.note("end of " + fault);
    awaitServing(victims);
  }

  private List<Integer> victims(Fault fault) {
    if (fault == Fault.KILL_ALL || (fault == Fault.POWER_LOSS && random.nextBoolean())) {
      return everyone();
    }
    boolean single = fault == Fault.DISK_FULL || fault == Fault.REPLACE;
    int most = single ? 1 : Math.max(1, (testbed.size() - 1) / 2);
    return order().subList(0, 1 + random.nextInt(most));
  }

  private static String names(List<Integer> members) {
    return members.stream().map(Testbed::name).collect(Collectors.joining(", "));
  }

  private void stopAndStart(Fault fault, List<Integer> victims) throws InterruptedException {
    if (fault == Fault.POWER_LOSS) {
      testbed.losePower(victims);
    } else {
      for (int member : victims) {
        if (fault == Fault.RESTART) {
          testbed.terminate(member);
        } else {
          testbed.kill(member);
        }
        if (fault == Fault.TORN_WRITE && !testbed.tearLog(member, random)) {
          log.note(Testbed.name(member) + " has no entry in an open segment to tear");
        }
      }
    }
    pause(random.nextInt(DOWN_MAX_MS));
    victims.forEach(testbed::start);
  }

  /** The member is down for a while before it is removed, or it takes part until then. */
  private void replace(int member) throws InterruptedException {
    if (testbed.size() == 1) {
      log.note("the only member cannot be replaced");
      return;
    }
    if (random.nextBoolean()) {
      testbed.kill(member);
      pause(random.nextInt(DOWN_MAX_MS));
    }
    boolean asLearner = random.nextBoolean();
    testbed.remove(member);
    testbed.wipe(member);
    pause(random.nextInt(DOWN_MAX_MS));
    testbed.addAgain(member, asLearner);
    log.note(Testbed.name(member) + " was added again" + (asLearner ? " as a learner" : ""));
  }

  private void pauseAll(List<Integer> victims) throws InterruptedException {
    for (int member : victims) {
      testbed.pause(member);
    }
    pause(someMs());
    for (int member : victims) {
      testbed.resume(member);
    }
  }

  private void fillDisks(List<Integer> victims) throws InterruptedException {
    victims.forEach(testbed::fillDisk);
    pause(someMs());
    victims.forEach(testbed::freeDisk);
    try {
      testbed.clearSpaceAlarms();
    } catch (StatusRuntimeException e) {
      log.note("alarms were not cleared: " + e.getMessage());
    }
  }

  private void moveClocks(List<Integer> victims) throws InterruptedException {
    for (int member : victims) {
      testbed.setClock(member, random.nextLong(-DAY_SECONDS, DAY_SECONDS));
    }
    pause(someMs());
    victims.forEach(member -> testbed.setClock(member, 0));
  }

  /** Other faults may keep a member from serving; after the round it must serve. */
  private void awaitServing(List<Integer> members) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECOVERY_SECONDS);
    for (int member : members) {
      while (!testbed.serves(member)
          && System.nanoTime() - deadlineNanos < 0
          && !pause(random.nextInt(50))) {
        // It is asked again.
      }
    }
  }
}
