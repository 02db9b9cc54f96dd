package io.metastore.compat.chaos;

import io.metastore.compat.chaos.Link.State;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * All faults, chosen from a seed: one member at a time is killed or paused, mostly the leader, and
 * any number of clients lose their connections to one or all members, for a moment or for longer
 * than their sessions live.
 */
final class Faults {
  /** Longer than any session in the test lives after its last renewal. */
  private static final int LONG_MS = 8_000;

  private static final int SHORT_MS = 1_200;

  private final ClusterProcesses cluster;
  private final List<Supplier<Links>> victims;
  private final Random members;
  private final Random connections;
  private final List<String> log = new ArrayList<>();
  private final long startNanos = System.nanoTime();

  /**
   * @param victims the links whose connections are disturbed
   */
  Faults(ClusterProcesses cluster, List<Supplier<Links>> victims, long seed) {
    this.cluster = cluster;
    this.victims = victims;
    this.members = new Random(seed);
    this.connections = new Random(seed + 1);
  }

  /** Causes faults for this time; at the end all of them have been removed. */
  void run(Duration time) throws IOException, InterruptedException {
    long endNanos = System.nanoTime() + time.toNanos();
    ScheduledExecutorService cutter = Executors.newSingleThreadScheduledExecutor();
    try {
      cutter.execute(() -> cutSome(cutter));
      while (System.nanoTime() - endNanos < 0) {
        harmOne();
      }
    } finally {
      cutter.shutdownNow();
    }
    if (!cutter.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("connections are still being cut");
    }
    victims.forEach(victim -> heal(victim.get(), Links.ALL));
    note("all faults removed");
  }

  /** The log of all faults, for finding the cause of a failure. */
  synchronized List<String> log() {
    return List.copyOf(log);
  }

  private void harmOne() throws IOException, InterruptedException {
    ServerProcess leader = cluster.leader();
    boolean it = members.nextInt(3) > 0;
    ServerProcess member = it ? leader : cluster.others(leader).get(members.nextInt(2));
    String who = member.name() + (it ? " (leader)" : "");
    if (members.nextBoolean()) {
      note("kill " + who);
      member.kill();
      Thread.sleep(members.nextInt(2_000));
      member.start();
    } else {
      int ms = members.nextInt(members.nextBoolean() ? LONG_MS : SHORT_MS);
      note("pause " + who + " for " + ms + " ms");
      member.pause();
      Thread.sleep(ms);
      member.resume();
    }
    note(member.name() + " resumed");
    member.awaitReady();
    Thread.sleep(members.nextInt(1_000));
  }

  private void cutSome(ScheduledExecutorService cutter) {
    int count = 1 + connections.nextInt(victims.size() / 3);
    boolean forLong = connections.nextInt(6) == 0;
    int kind = connections.nextInt(3);
    // Mostly the links to all members, so that the client cannot use another one.
    int member = connections.nextBoolean() ? Links.ALL : connections.nextInt(3);
    for (int i = 0; i < count; i++) {
      Links links = victims.get(connections.nextInt(victims.size())).get();
      int ms = 1 + connections.nextInt(forLong ? LONG_MS : SHORT_MS);
      switch (kind) {
        case 0 -> links.become(State.CUT, member);
        case 1 -> links.become(State.SILENT, member);
        default -> links.delay(1 + connections.nextInt(300), member);
      }
      cutter.schedule(() -> heal(links, member), ms, TimeUnit.MILLISECONDS);
    }
    note("connections: kind " + kind + ", of " + count + (forLong ? " for long" : ""));
    cutter.schedule(() -> cutSome(cutter), connections.nextInt(SHORT_MS), TimeUnit.MILLISECONDS);
  }

  private static void heal(Links links, int member) {
    links.delay(0, member);
    links.become(State.OPEN, member);
  }

  private synchronized void note(String what) {
    log.add("%6d ms  %s".formatted((System.nanoTime() - startNanos) / 1_000_000, what));
  }
}
