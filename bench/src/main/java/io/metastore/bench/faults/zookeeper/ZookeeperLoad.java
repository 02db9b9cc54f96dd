package io.metastore.bench.faults.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.metastore.bench.faults.testbed.Await;
import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.faults.testbed.Load;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.bench.faults.zookeeper.Timeline.Span;
import io.metastore.bench.server.ClientLinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * Clients of ZooKeeper's own library: some read, write and watch a few znodes and create ephemeral
 * ones, some elect a leader, and some watch everything. What their sessions observed is compared
 * with a timeline of all changes, which watches of the native API on all members report.
 */
public final class ZookeeperLoad implements Load {
  private static final int LATCHES = 3;
  private static final int OBSERVERS = 2;
  private static final int TIMEOUT_MS = 40_000;
  private static final int DELETIONS_MAX = 1_000;

  private final Testbed testbed;
  private final Findings findings;
  private final Tree tree;
  private final Journal sessions;
  private final Journal observed;
  private final List<SessionClient> clients = new ArrayList<>();
  private final List<LatchClient> latches = new ArrayList<>();
  private final List<MemberWatch> watches = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Prepares the clients, creates the znodes that they use, and watches all members.
   *
   * @param clientCount number of clients that read and write
   * @param seed all choices of the clients follow from it
   * @throws IllegalStateException if the znodes cannot be created
   */
  public ZookeeperLoad(Testbed testbed, Findings findings, int clientCount, long seed)
      throws InterruptedException {
    this.testbed = testbed;
    this.findings = findings;
    tree = new Tree("/faults-" + Long.toHexString(seed));
    sessions = new Journal(findings);
    observed = new Journal(findings);
    Random random = new Random(seed);
    for (int i = 0; i < clientCount; i++) {
      clients.add(new NodeClient("z" + i, random.nextLong(), connect(), sessions, tree));
    }
    for (int i = 0; i < LATCHES; i++) {
      LatchClient latch =
          new LatchClient("latch " + i, random.nextLong(), connect(), sessions, tree);
      latches.add(latch);
      clients.add(latch);
    }
    for (int i = 0; i < OBSERVERS; i++) {
      clients.add(new Observer("observer " + i, random.nextLong(), connect(), observed, tree));
    }
    for (int member = 0; member < testbed.size(); member++) {
      MemberWatch watch = new MemberWatch(testbed, member, tree);
      watches.add(watch);
      start("znode-watch", watch);
    }
    for (MemberWatch watch : watches) {
      Await.until("a watch of all znodes", watch::isRunning);
    }
    for (String path : tree.skeleton()) {
      ask(
          0,
          client -> client.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
    }
  }

  private ClientLinks connect() {
    return testbed.connectZookeeper();
  }

  private Thread start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Override
  public void start() {
    clients.forEach(client -> threads.add(start("zookeeper-client", client)));
  }

  @Override
  public void stop() throws InterruptedException {
    clients.forEach(SessionClient::stop);
    Await.until(
        "all ZooKeeper clients are done", () -> threads.stream().noneMatch(Thread::isAlive));
    for (String parent : List.of(tree.sessions(), tree.latch())) {
      Await.until(
          "all ephemeral znodes are gone",
          () -> {
            List<String> left = ask(0, client -> client.getChildren(parent, false));
            if (!left.isEmpty()) {
              throw new IllegalStateException("left: " + left);
            }
            return true;
          });
    }
  }

  @Override
  public void check() throws InterruptedException {
    Timeline timeline = timeline();
    List<SessionHistory> histories = sessions.histories();
    histories.forEach(
        history -> SessionOrder.violations(timeline, history).forEach(findings::violation));
    WriteOrder writes = WriteOrder.of(timeline, tree, histories);
    writes.violations().forEach(findings::violation);
    Map<String, Long> effects = writes.effects();
    EphemeralOrder.violations(timeline, tree, histories, effects).forEach(findings::violation);
    LatchOrder.violations(timeline, tree, histories, effects).forEach(findings::violation);
    observed
        .histories()
        .forEach(
            history -> ObserverOrder.violations(timeline, history).forEach(findings::violation));
    judgeErrors(histories);
    compareMembers();
    ask(0, client -> ZKUtil.deleteRecursive(client, tree.root(), DELETIONS_MAX));
  }

  /** All changes that the clients made, also those that were reported late. */
  private Timeline timeline() throws InterruptedException {
    long marker =
        ask(0, client -> client.setData(tree.counter(), new byte[0], Step.ANY_VERSION)).getMzxid();
    for (MemberWatch watch : watches) {
      Await.until("all changes of znodes are reported", () -> watch.hasReported(marker));
    }
    List<String> differences = new ArrayList<>();
    List<Span> spans =
        watches.stream()
            .flatMap(watch -> watch.reported().stream())
            .map(span -> span.upTo(marker - 1))
            .toList();
    Timeline timeline = new Timeline(spans, differences);
    differences.forEach(findings::violation);
    return timeline;
  }

  private void judgeErrors(List<SessionHistory> histories) {
    histories.stream()
        .flatMap(SessionHistory::answers)
        .filter(answered -> !answered.answer().isOk() && !answered.answer().isRefusal())
        .forEach(
            answered -> {
              Code code = answered.answer().code();
              if (answered.answer().isUnknown() || answered.answer().isNoSpace()) {
                findings.error("ZooKeeper " + code);
              } else {
                findings.violation("unexpected answer: " + answered);
              }
            });
  }

  /** All members must show the same znodes, with the same Stat. */
  private void compareMembers() throws InterruptedException {
    Map<String, String> first = nodes(0);
    for (int member = 1; member < testbed.size(); member++) {
      Map<String, String> other = nodes(member);
      if (!other.equals(first)) {
        findings.violation(
            "the znodes of %s are %s, those of %s are %s"
                .formatted(Testbed.name(0), first, Testbed.name(member), other));
      }
    }
  }

  private Map<String, String> nodes(int member) throws InterruptedException {
    return ask(
        member,
        client -> {
          client.sync(tree.root(), (code, path, context) -> {}, null);
          Map<String, String> nodes = new TreeMap<>();
          for (String path : ZKUtil.listSubTreeBFS(client, tree.root())) {
            Stat stat = new Stat();
            byte[] data = client.getData(path, false, stat);
            nodes.put(path, new String(data, UTF_8) + stat);
          }
          return nodes;
        });
  }

  /** A question to ZooKeeper's client. */
  private interface Question<T> {
    T ask(ZooKeeper client) throws KeeperException, InterruptedException;
  }

  /** Asks a member over an undisturbed connection, and again if the answer is lost. */
  private <T> T ask(int member, Question<T> question) throws InterruptedException {
    String endpoint = testbed.zookeeperEndpoints().get(member).toString();
    try {
      ZooKeeper client = new ZooKeeper(endpoint, TIMEOUT_MS, event -> {});
      try {
        return answer(client, question);
      } finally {
        client.close();
      }
    } catch (IOException | KeeperException e) {
      throw new IllegalStateException("a ZooKeeper client failed: " + e, e);
    }
  }

  private static <T> T answer(ZooKeeper client, Question<T> question)
      throws KeeperException, InterruptedException {
    while (true) {
      try {
        return question.ask(client);
      } catch (KeeperException.ConnectionLossException e) {
        // The client connects again by itself.
      }
    }
  }

  @Override
  public List<ClientLinks> links() {
    return clients.stream().map(SessionClient::links).toList();
  }

  /** Znodes have no history. */
  @Override
  public long neededAfter() {
    return Long.MAX_VALUE;
  }

  @Override
  public Map<String, Long> counts() {
    List<SessionHistory> histories = sessions.histories();
    return Map.of(
        "zookeeper sessions", (long) histories.size(),
        "zookeeper answers", count(histories, answer -> !answer.isUnknown()),
        "zookeeper unknown outcomes", count(histories, Answer::isUnknown),
        "zookeeper watch events",
            Stream.concat(histories.stream(), observed.histories().stream())
                .flatMap(history -> history.notes().stream())
                .filter(Note.Told.class::isInstance)
                .count(),
        "zookeeper terms of leaders", latches.stream().mapToLong(LatchClient::terms).sum());
  }

  private static long count(List<SessionHistory> histories, Predicate<Answer> which) {
    return histories.stream()
        .flatMap(SessionHistory::answers)
        .filter(answered -> which.test(answered.answer()))
        .count();
  }

  @Override
  public void writeHistory(Path directory) throws IOException {
    write(directory.resolve("zookeeper-sessions.txt"), sessions.histories());
    write(directory.resolve("zookeeper-observers.txt"), observed.histories());
    Files.write(
        directory.resolve("zookeeper-changes.txt"),
        watches.stream()
            .flatMap(watch -> watch.reported().stream())
            .flatMap(
                span ->
                    Stream.concat(
                        Stream.of(span.watch() + ", after " + span.from() + " up to " + span.to()),
                        span.changes().stream().map(Change::toString)))
            .toList());
  }

  private static void write(Path file, List<SessionHistory> histories) throws IOException {
    Files.write(
        file,
        histories.stream()
            .flatMap(
                history ->
                    Stream.concat(
                        Stream.of("session " + Long.toHexString(history.id())),
                        history.notes().stream().map(note -> note.toString().replace('\n', ' '))))
            .toList());
  }

  @Override
  public void close() {
    watches.forEach(MemberWatch::close);
    clients.forEach(SessionClient::close);
  }
}
