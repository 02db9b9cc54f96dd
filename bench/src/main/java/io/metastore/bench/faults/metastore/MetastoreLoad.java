package io.metastore.bench.faults.metastore;

import io.metastore.bench.faults.metastore.Attempt.Outcome;
import io.metastore.bench.faults.testbed.Await;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Load;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.bench.server.ClientLinks;
import io.metastore.bench.server.Endpoint;
import io.metastore.client.MetastoreClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Clients of the native API that lock, run transactions, and read. At the end, everything that they
 * observed is compared with a watch of all changes.
 */
public final class MetastoreLoad implements Load {
  private static final long LOOK_MS = 20;

  private final Testbed testbed;
  private final Findings findings;
  private final Registry registry;
  private final Journal journal;
  private final long startRevision;
  private final List<Worker> workers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
  private final ClientLinks watcherLinks;
  private final MetastoreClient watcher;
  private final RecordedWatch told;

  /**
   * Prepares the clients. The store must contain no key that is a path.
   *
   * @param workerCount number of clients
   * @param seed all choices of the clients follow from it
   */
  public MetastoreLoad(Testbed testbed, Findings findings, int workerCount, long seed) {
    this.testbed = testbed;
    this.findings = findings;
    registry = new Registry(testbed);
    journal = new Journal(findings);
    startRevision = testbed.revision(0) + 1;
    watcherLinks = testbed.connect();
    watcher = Worker.newClient(watcherLinks);
    told = new RecordedWatch(watcher, startRevision);
    Random random = new Random(seed);
    for (int i = 0; i < workerCount; i++) {
      workers.add(new Worker("w" + i, random.nextLong(), testbed, journal));
    }
  }

  @Override
  public void start() {
    looking.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    for (Worker worker : workers) {
      Thread thread = new Thread(() -> work(worker), worker.toString());
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  /** Notices sessions that end too early. */
  private void look() {
    workers.stream().map(Worker::tenure).filter(Objects::nonNull).forEach(Tenure::promisedNanos);
  }

  private void work(Worker worker) {
    try {
      while (!worker.isCalm()) {
        worker.step();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      findings.violation(worker + ": " + e);
    }
  }

  /**
   * Also waits until every worker that waits for a lock has got and released it, which checks that
   * each is woken up, and until no place in a lock is left.
   */
  @Override
  public void stop() throws InterruptedException {
    workers.forEach(worker -> worker.setCalm(true));
    Await.until(
        "all native clients are done",
        () -> {
          if (threads.stream().anyMatch(Thread::isAlive)) {
            throw new IllegalStateException("at work: " + atWork());
          }
          return true;
        });
    Await.until(
        "no place in a lock is left",
        () -> {
          if (!registry.locks().isEmpty()) {
            throw new IllegalStateException("left: " + registry.locks());
          }
          return true;
        });
  }

  private List<String> atWork() throws InterruptedException {
    List<String> atWork = new ArrayList<>();
    for (int i = 0; i < threads.size(); i++) {
      if (threads.get(i).isAlive()) {
        atWork.add(workers.get(i) + " " + List.of(threads.get(i).getStackTrace()));
      }
    }
    return Stream.concat(atWork.stream(), registry.locks().stream().map(Object::toString)).toList();
  }

  @Override
  public void check() throws InterruptedException {
    look();
    workers.forEach(Worker::close);
    Await.until("all sessions end", () -> registry.clients().isEmpty());
    // The newest revision may be that of a znode, which the watches do not report.
    long last = testbed.put("/end");
    Timeline timeline = told.upTo(last);
    for (int member = 0; member < testbed.size(); member++) {
      compareWithMember(member, timeline, last);
    }
    LockOrder.violations(journal.holds()).forEach(findings::violation);
    SerialOrder.violations(
            timeline, journal.attempts(), List.of(Transacting.DIRECTORY, Locking.GUARDED))
        .forEach(findings::violation);
    FenceOrder.violations(
            timeline, journal.attempts(), journal::exclusive, Locking.DIRECTORY, Locking.GUARDED)
        .forEach(findings::violation);
  }

  /** A member must tell the same history, as far as it was not compacted. */
  private void compareWithMember(int member, Timeline timeline, long last)
      throws InterruptedException {
    Endpoint endpoint = testbed.endpoints().get(member);
    try (MetastoreClient client =
        MetastoreClient.builder().endpoints(endpoint.toString()).build()) {
      long from = Math.max(startRevision, testbed.compacted() + 1);
      try (RecordedWatch all = new RecordedWatch(client, from)) {
        if (!all.upTo(last).equals(timeline.from(from))) {
          findings.violation(
              "the history of %s differs from that of the watch, from revision %d on"
                  .formatted(Testbed.name(member), from));
        }
      }
    }
  }

  @Override
  public List<ClientLinks> links() {
    return Stream.concat(workers.stream().map(Worker::links), Stream.of(watcherLinks)).toList();
  }

  @Override
  public long neededAfter() {
    return told.revision();
  }

  @Override
  public Map<String, Long> counts() {
    long done =
        journal.attempts().stream().filter(attempt -> attempt.outcome() == Outcome.DONE).count();
    long unknown =
        journal.attempts().stream().filter(attempt -> attempt.outcome() == Outcome.UNKNOWN).count();
    return Map.of(
        "native transactions", done,
        "native unknown outcomes", unknown,
        "native locks held", (long) journal.holds().size());
  }

  @Override
  public void writeHistory(Path directory) throws IOException {
    write(directory.resolve("native-attempts.txt"), journal.attempts());
    write(directory.resolve("native-holds.txt"), journal.holds());
    write(directory.resolve("native-events.txt"), told.events());
  }

  private static void write(Path file, Collection<?> lines) throws IOException {
    Files.write(file, lines.stream().map(line -> line.toString().replace('\n', ' ')).toList());
  }

  @Override
  public void close() {
    looking.shutdownNow();
    told.close();
    workers.parallelStream().forEach(Worker::close);
    watcher.close();
    watcherLinks.close();
  }
}
