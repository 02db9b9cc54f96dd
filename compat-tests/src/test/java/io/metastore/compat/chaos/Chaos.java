package io.metastore.compat.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.GetRequest;
import io.metastore.client.MetastoreClient;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Three members, the workers that use them, the faults, and the final checks. */
final class Chaos implements AutoCloseable {
  private static final int WORKERS = 24;
  private static final long LOOK_MS = 20;

  private final Random random;
  private final Journal journal = new Journal();
  private final List<Worker> workers = new ArrayList<>();
  private final EventLoopGroup connections =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
  private final ClusterProcesses cluster;
  private final Members members;
  private final Links watcherLinks;
  private final MetastoreClient watcher;
  private final RecordedWatch told;
  private final Faults faults;

  Chaos(long seed) throws IOException, InterruptedException {
    random = new Random(seed);
    cluster = ClusterProcesses.three(ChaosTest.class);
    members = new Members(cluster, connections.next());
    watcherLinks = members.connect();
    watcher = Worker.newClient(watcherLinks);
    told = new RecordedWatch(watcher);
    for (int i = 0; i < WORKERS; i++) {
      workers.add(new Worker("w" + i, random.nextLong(), members, journal));
    }
    List<Supplier<Links>> victims = new ArrayList<>();
    workers.forEach(worker -> victims.add(worker::links));
    victims.add(() -> watcherLinks);
    faults = new Faults(cluster, victims, random.nextLong());
    looking.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    workers.stream().map(Worker::tenure).filter(Objects::nonNull).forEach(Tenure::promisedNanos);
  }

  /**
   * Lets the workers run during faults. Then removes the faults, lets no worker start anything new,
   * and waits until every worker that waits for a lock has got it and released it, which checks
   * that each is woken up.
   */
  void round(Duration time) throws IOException, InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Worker worker : workers) {
      worker.setCalm(false);
      Thread thread = new Thread(() -> work(worker), worker.toString());
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    try {
      faults.run(time);
    } finally {
      workers.forEach(worker -> worker.setCalm(true));
    }
    Await.until(
        "everybody is done",
        () -> {
          if (threads.stream().anyMatch(Thread::isAlive)) {
            throw new IllegalStateException("at work: " + atWork(threads));
          }
          return true;
        });
    awaitNoPlaces();
  }

  private void work(Worker worker) {
    try {
      while (!worker.isCalm()) {
        worker.step();
      }
    } catch (InterruptedException | RuntimeException | Error e) {
      journal.wrong(worker + ": " + e);
    }
  }

  private List<String> atWork(List<Thread> threads) {
    List<String> atWork = new ArrayList<>();
    for (int i = 0; i < threads.size(); i++) {
      if (threads.get(i).isAlive()) {
        atWork.add(workers.get(i) + " " + List.of(threads.get(i).getStackTrace()));
      }
    }
    return Stream.concat(atWork.stream(), members.locks().stream().map(Object::toString)).toList();
  }

  /**
   * While sessions continue but nobody wants a lock, waits until no place is left, once the lost
   * sessions have expired.
   */
  private void awaitNoPlaces() throws InterruptedException {
    Await.until(
        "no place in a lock is left",
        () -> {
          if (!members.locks().isEmpty()) {
            throw new IllegalStateException("left: " + members.locks());
          }
          return true;
        });
  }

  /** Compares everything that the workers observed with everything that happened. */
  void check() throws InterruptedException {
    look();
    workers.forEach(Worker::close);
    Await.until("all sessions end", () -> members.clients().isEmpty());
    Timeline timeline = timeline();
    String faultsDone = "after " + String.join("\n", faults.log()) + "\n";
    assertThat(journal.wrong()).as(faultsDone).isEmpty();
    assertThat(LockOrder.violations(journal.holds())).as(faultsDone).isEmpty();
    assertThat(
            SerialOrder.violations(
                timeline, journal.attempts(), List.of(Transacting.DIRECTORY, Locking.GUARDED)))
        .as(faultsDone)
        .isEmpty();
    assertThat(
            FenceOrder.violations(
                timeline,
                journal.attempts(),
                journal::exclusive,
                Locking.DIRECTORY,
                Locking.GUARDED))
        .as(faultsDone)
        .isEmpty();
  }

  /**
   * The history, which must be the same from every member and from the watch that ran through all
   * faults.
   */
  private Timeline timeline() throws InterruptedException {
    List<Timeline> timelines = new ArrayList<>();
    for (ServerProcess member : cluster.members()) {
      try (MetastoreClient client =
              MetastoreClient.builder().endpoints("127.0.0.1:" + member.clientPort()).build();
          RecordedWatch all = new RecordedWatch(client)) {
        timelines.add(all.upTo(lastRevision(client)));
      }
    }
    timelines.add(told.upTo(lastRevision(watcher)));
    Timeline first = timelines.get(0);
    assertThat(timelines).as("timelines").allMatch(first::equals);
    return first;
  }

  private static long lastRevision(MetastoreClient client) throws InterruptedException {
    return client.keyValue().get(GetRequest.newBuilder().setKey("/none").build()).getRevision();
  }

  /** How much was done, to check that the test did something. */
  Journal journal() {
    return journal;
  }

  @Override
  public void close() throws IOException {
    looking.shutdownNow();
    told.close();
    workers.parallelStream().forEach(Worker::close);
    watcher.close();
    watcherLinks.close();
    connections.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    cluster.close();
  }
}
