package io.metastore.bench.faults;

import io.grpc.StatusRuntimeException;
import io.metastore.api.v1.MemberHash;
import io.metastore.bench.faults.Fault.Source;
import io.metastore.bench.faults.etcd.EtcdLoad;
import io.metastore.bench.faults.metastore.MetastoreLoad;
import io.metastore.bench.faults.testbed.Await;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Load;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.bench.faults.zookeeper.ZookeeperLoad;
import io.metastore.bench.server.ClientLinks;
import io.metastore.etcdapi.etcdserverpb.HashKVResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Clients, faults at the same time, and the checks at the end. Used by one thread. */
final class Round implements AutoCloseable {
  private static final long STEP_MS = 100;

  private final Testbed testbed;
  private final Findings findings = new Findings();
  private final FaultLog faults = new FaultLog();
  private final List<Load> loads = new ArrayList<>();
  private final List<FaultSource> sources = new ArrayList<>();
  private final Semaphore turn = new Semaphore(1);
  private final long receivedBefore;
  private final long comparisonsBefore;

  /**
   * Prepares a round.
   *
   * @param testbed a cluster without keys, whose members serve
   */
  Round(RunSettings settings, Testbed testbed, long seed) throws InterruptedException {
    this.testbed = testbed;
    this.receivedBefore = testbed.checkpointsReceived();
    this.comparisonsBefore = testbed.comparisons();
    Random seeds = new Random(seed);
    long etcdSeed = seeds.nextLong();
    if (settings.etcdClients() > 0) {
      loads.add(new EtcdLoad(testbed, findings, settings.etcdClients(), etcdSeed));
    }
    long nativeSeed = seeds.nextLong();
    if (settings.nativeClients() > 0) {
      loads.add(new MetastoreLoad(testbed, findings, settings.nativeClients(), nativeSeed));
    }
    FaultRun.bySource(settings.mix())
        .forEach((source, mix) -> sources.add(source(source, mix, seeds.nextLong())));
    if (settings.zookeeperClients() > 0) {
      loads.add(
          new ZookeeperLoad(testbed, findings, settings.zookeeperClients(), seeds.nextLong()));
    }
  }

  private FaultSource source(Source source, List<Fault> mix, long seed) {
    return switch (source) {
      case MEMBER -> new MemberFaults(testbed, turn, mix, seed, faults, findings);
      case PEER_LINK -> new PeerLinkFaults(testbed, turn, mix, seed, faults, findings);
      case CLIENT_LINK ->
          new ClientLinkFaults(this::links, testbed.size(), mix, seed, faults, findings);
      case OPERATOR -> new OperatorFaults(testbed, loads, mix, seed, faults, findings);
    };
  }

  private List<ClientLinks> links() {
    return loads.stream().flatMap(load -> load.links().stream()).toList();
  }

  /** Runs clients and faults for this time, then checks. Violations are in {@link #findings}. */
  void run(Duration time) throws InterruptedException {
    loads.forEach(Load::start);
    List<Thread> threads = new ArrayList<>();
    for (FaultSource source : sources) {
      Thread thread = new Thread(source, source.getClass().getSimpleName());
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    spend(time);
    sources.forEach(FaultSource::stop);
    for (Thread thread : threads) {
      thread.join();
    }
    faults.note("all faults removed");
    try {
      check();
    } catch (IllegalStateException | StatusRuntimeException e) {
      findings.violation("after all faults were removed: " + e.getMessage());
    }
    testbed.dead().forEach(member -> findings.violation(Testbed.name(member) + " ended by itself"));
  }

  /** Waits. Time in which this process was stopped does not count: there were no faults in it. */
  private static void spend(Duration time) throws InterruptedException {
    for (long leftMs = time.toMillis(); leftMs > 0; ) {
      long startNanos = System.nanoTime();
      Thread.sleep(STEP_MS);
      long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
      leftMs -= Math.min(2 * STEP_MS, tookMs);
    }
  }

  private void check() throws InterruptedException {
    for (int member : members()) {
      Await.until(Testbed.name(member) + " serves", () -> testbed.serves(member));
    }
    testbed.clearSpaceAlarms();
    for (Load load : loads) {
      load.stop();
    }
    for (Load load : loads) {
      load.check();
    }
    compareHashes();
    compareUnversioned();
    if (!testbed.alarms(0).isEmpty()) {
      findings.violation("alarms: " + testbed.alarms(0));
    }
  }

  /** All members must have the same data at the same revision. */
  private void compareHashes() throws InterruptedException {
    long revision = testbed.revision(0);
    Map<String, List<Integer>> byHash = new HashMap<>();
    for (int member : members()) {
      Await.until(
          Testbed.name(member) + " has the last revision",
          () -> testbed.revision(member) >= revision);
      HashKVResponse hash = testbed.hash(member, revision);
      byHash
          .computeIfAbsent(
              "%d compacted at %d".formatted(hash.getHash(), hash.getCompactRevision()),
              any -> new ArrayList<>())
          .add(member + 1);
    }
    if (byHash.size() > 1) {
      findings.violation("members differ at revision " + revision + ": " + byHash);
    }
  }

  /** All members must have the same znodes, sessions, leases, locks and users. */
  private void compareUnversioned() throws InterruptedException {
    List<MemberHash> hashes = new ArrayList<>();
    Await.until(
        "all members hash everything but keys",
        () -> {
          hashes.clear();
          hashes.addAll(testbed.hashUnversioned(0).getMembersList());
          return hashes.size() == testbed.size() && hashes.stream().allMatch(MemberHash::hasHash);
        });
    if (hashes.stream().map(MemberHash::getHash).distinct().count() > 1) {
      findings.violation("members differ in znodes, sessions, leases or others: " + hashes);
    }
    faults.note("compared everything but keys of %d members".formatted(hashes.size()));
  }

  private List<Integer> members() {
    return IntStream.range(0, testbed.size()).boxed().toList();
  }

  Findings findings() {
    return findings;
  }

  FaultLog faults() {
    return faults;
  }

  /** How much the clients did, and how often members received a checkpoint or were compared. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    loads.forEach(load -> counts.putAll(load.counts()));
    counts.put("checkpoints received", testbed.checkpointsReceived() - receivedBefore);
    counts.put("comparisons by leaders", testbed.comparisons() - comparisonsBefore);
    return counts;
  }

  void writeHistory(Path to) throws IOException {
    Files.write(to.resolve("violations.txt"), findings.violations());
    Files.write(to.resolve("faults.txt"), faults.lines());
    for (Load load : loads) {
      load.writeHistory(to);
    }
  }

  @Override
  public void close() {
    loads.forEach(Load::close);
  }
}
