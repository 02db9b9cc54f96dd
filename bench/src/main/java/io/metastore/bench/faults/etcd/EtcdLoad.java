package io.metastore.bench.faults.etcd;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.bench.faults.testbed.Await;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Load;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.bench.linearizable.Linearizability;
import io.metastore.bench.linearizable.Operation;
import io.metastore.bench.linearizable.Verdict;
import io.metastore.bench.server.ClientLinks;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseLeasesRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseStatus;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Clients of etcd's API: some read, write and compare few keys, some hold leases, and some watch
 * everything. Their calls must be linearizable, by a search that knows only requests, answers and
 * times; and they must agree with what the watches reported.
 */
public final class EtcdLoad implements Load {
  private static final int HOLDERS = 4;
  private static final int WATCHES = 3;
  private static final int CALL_SECONDS = 5;

  private final Testbed testbed;
  private final Findings findings;
  private final Journal journal;
  private final List<EtcdClient> clients = new ArrayList<>();
  private final List<LeaseHolder> holders = new ArrayList<>();

  /** The first one is never restarted, and nothing that it needs is compacted. */
  private final List<RecordedWatch> watches = new ArrayList<>();

  private final List<Thread> threads = new ArrayList<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  /**
   * Prepares the clients. The store must contain no key that begins with {@code faults/}.
   *
   * @param clientCount number of clients that read and write
   * @param seed all choices of the clients follow from it
   */
  public EtcdLoad(Testbed testbed, Findings findings, int clientCount, long seed) {
    this.testbed = testbed;
    this.findings = findings;
    this.journal = new Journal(findings);
    Random random = new Random(seed);
    for (int i = 0; i < clientCount; i++) {
      clients.add(new EtcdClient("c" + i, random.nextLong(), connect(i), journal));
    }
    for (int i = 0; i < HOLDERS; i++) {
      holders.add(new LeaseHolder("h" + i, random.nextLong(), connect(i), journal));
    }
    long startRevision = testbed.revision(0) + 1;
    for (int i = 0; i < WATCHES; i++) {
      watches.add(
          new RecordedWatch(
              "watch " + i,
              connect(i),
              i > 0,
              random.nextLong(),
              startRevision,
              testbed,
              findings,
              timer));
    }
  }

  private Channels connect(int first) {
    return new Channels(testbed.connect(), first);
  }

  @Override
  public void start() {
    watches.forEach(RecordedWatch::start);
    clients.forEach(this::start);
    holders.forEach(this::start);
  }

  private void start(Runnable client) {
    Thread thread = new Thread(client, "etcd-client");
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  @Override
  public void stop() throws InterruptedException {
    clients.forEach(EtcdClient::stop);
    holders.forEach(LeaseHolder::stop);
    Await.until(
        "all clients of etcd's API are done", () -> threads.stream().noneMatch(Thread::isAlive));
    clients.forEach(EtcdClient::readAtTheEnd);
    Await.until(
        "all leases end",
        () -> {
          List<LeaseStatus> left = leases();
          if (!left.isEmpty()) {
            throw new IllegalStateException("left: " + left);
          }
          return true;
        });
  }

  private List<LeaseStatus> leases() throws InterruptedException {
    return testbed
        .ask(
            "all leases",
            channel ->
                LeaseGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .leaseLeases(LeaseLeasesRequest.getDefaultInstance()))
        .getLeasesList()
        .stream()
        .filter(lease -> journal.promises().containsKey(lease.getID()))
        .toList();
  }

  @Override
  public void check() throws InterruptedException {
    RecordedWatch whole = watches.get(0);
    long last = lastWrite();
    for (RecordedWatch watch : watches) {
      watch.await(last);
    }
    List<Change> changes = whole.changes();
    watches.forEach(watch -> compare(watch, changes));
    HistoryCheck.violations(changes, journal.operations(), journal.snapshots())
        .forEach(findings::violation);
    LeaseOrder.violations(changes, whole.arrivals(), journal.promises())
        .forEach(findings::violation);
    checkLinearizability();
  }

  /** The revision of the last change of the keys, which all watches must report. */
  private long lastWrite() {
    return journal.operations().stream()
        .filter(operation -> !operation.request().isReadOnly())
        .map(Operation::answer)
        .filter(answer -> answer != null && answer.succeeded())
        .mapToLong(answer -> answer == null ? 0 : answer.revision())
        .max()
        .orElse(0);
  }

  private void compare(RecordedWatch watch, List<Change> changes) {
    List<Change> own = watch.changes();
    List<Change> expected =
        changes.stream().filter(change -> !watch.missed(change.revision())).toList();
    int common = Math.min(own.size(), expected.size());
    for (int i = 0; i < common; i++) {
      if (!own.get(i).equals(expected.get(i))) {
        findings.violation(
            "%s was told %s, but %s was told %s"
                .formatted(watch.name(), own.get(i), watches.get(0).name(), expected.get(i)));
        return;
      }
    }
  }

  /** Keys are independent of each other, except those of the group. */
  private void checkLinearizability() {
    Map<String, List<Operation<Request, Answer>>> objects = new TreeMap<>();
    for (Operation<Request, Answer> operation : journal.operations()) {
      String key = operation.request().keys().iterator().next();
      String object = key.startsWith(EtcdClient.GROUP) ? EtcdClient.GROUP : key;
      objects.computeIfAbsent(object, name -> new ArrayList<>()).add(operation);
    }
    objects.forEach(
        (object, operations) -> {
          Verdict<Request, Answer> verdict =
              Linearizability.check(new KeysModel(), KeysModel.relevant(operations));
          switch (verdict.kind()) {
            case LINEARIZABLE -> {}
            case UNDECIDED -> findings.error("linearizability undecided");
            case VIOLATION ->
                findings.violation(
                    "not linearizable: %s; explained are %d of %d calls, the last ones %s, then none of %s"
                        .formatted(
                            object,
                            verdict.explained().size(),
                            operations.size(),
                            lastOf(verdict.explained()),
                            verdict.unexplained()));
          }
        });
  }

  private static <T> List<T> lastOf(List<T> list) {
    return list.subList(Math.max(0, list.size() - 10), list.size());
  }

  @Override
  public List<ClientLinks> links() {
    return Stream.of(
            clients.stream().map(EtcdClient::channels),
            holders.stream().map(LeaseHolder::channels),
            watches.stream().map(RecordedWatch::channels))
        .flatMap(channels -> channels)
        .map(Channels::links)
        .toList();
  }

  @Override
  public long neededAfter() {
    return watches.get(0).next() - 1;
  }

  @Override
  public void readRestored(ManagedChannel restored, long revision) {
    RangeResponse answer =
        KVGrpc.newBlockingStub(restored)
            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
            .range(
                RangeRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(EtcdClient.PREFIX))
                    .setRangeEnd(ByteString.copyFromUtf8(EtcdClient.PREFIX + "\uffff"))
                    .setRevision(revision)
                    .build());
    Map<String, String> found = new TreeMap<>();
    EtcdClient.addValues(answer.getKvsList(), found);
    journal.add(new Journal.Snapshot(revision, null, found));
  }

  @Override
  public Map<String, Long> counts() {
    long unknown =
        journal.operations().stream().filter(operation -> operation.answer() == null).count();
    return Map.of(
        "etcd calls", journal.operations().size() - unknown,
        "etcd unknown outcomes", unknown,
        "etcd serializable reads", (long) journal.snapshots().size(),
        "etcd leases", (long) journal.promises().size(),
        "etcd watch events", (long) watches.get(0).changes().size());
  }

  @Override
  public void writeHistory(Path directory) throws IOException {
    write(directory.resolve("etcd-calls.txt"), journal.operations().stream());
    write(directory.resolve("etcd-snapshots.txt"), journal.snapshots().stream());
    write(directory.resolve("etcd-promises.txt"), journal.promises().entrySet().stream());
    for (RecordedWatch watch : watches) {
      write(
          directory.resolve("etcd-" + watch.name().replace(' ', '-') + ".txt"),
          watch.changes().stream());
    }
  }

  private static void write(Path file, Stream<?> lines) throws IOException {
    Files.write(file, lines.map(Object::toString).toList());
  }

  @Override
  public void close() {
    timer.shutdownNow();
    clients.forEach(EtcdClient::close);
    holders.forEach(LeaseHolder::close);
    watches.forEach(RecordedWatch::close);
  }
}
