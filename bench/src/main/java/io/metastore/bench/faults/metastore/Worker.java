package io.metastore.bench.faults.metastore;

import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.bench.server.ClientLinks;
import io.metastore.client.MetastoreClient;
import io.metastore.client.MetastoreException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A program that uses the store: it runs locks, transactions and reads at random, in sessions that
 * it keeps, closes, or leaves by crashing. All choices follow from a seed. Runs on its own thread.
 */
final class Worker implements AutoCloseable {
  /** All errors that a correct client may get. */
  private static final Set<Reason> EXPECTED =
      EnumSet.of(
          // gRPC's errors for broken connections.
          Reason.REASON_UNSPECIFIED,
          Reason.CLIENT_CLOSED,
          Reason.FENCED,
          Reason.CONFLICT,
          Reason.OVERLOADED,
          Reason.COMPACTED,
          Reason.NO_SPACE,
          Reason.NO_LEADER,
          Reason.STOPPING,
          Reason.OUTCOME_UNKNOWN);

  private final String name;
  private final Random random;
  private final Testbed testbed;
  private final Registry registry;
  private final Journal journal;

  /**
   * The clients of crashed programs. Their connections are cut, so they only remain to be closed.
   */
  private final Queue<MetastoreClient> crashed = new ConcurrentLinkedQueue<>();

  private volatile ClientLinks links;
  private volatile MetastoreClient client;
  private volatile @Nullable Tenure tenure;
  private volatile String doing = "nothing";
  private volatile boolean calm;
  private int attempts;

  Worker(String name, long seed, Testbed testbed, Journal journal) {
    this.name = name;
    this.random = new Random(seed);
    this.testbed = testbed;
    this.registry = new Registry(testbed);
    this.journal = journal;
    this.links = testbed.connect();
    this.client = newClient(links);
  }

  static MetastoreClient newClient(ClientLinks links) {
    return MetastoreClient.builder()
        .endpoints(links.endpoints().toArray(String[]::new))
        .requestTimeout(Duration.ofSeconds(4))
        .attemptTimeout(Duration.ofSeconds(1))
        .build();
  }

  /** Does one thing and waits for its end, whether or not it succeeds. */
  void step() throws InterruptedException {
    try {
      Tenure current = tenure;
      if (current == null || current.isLost()) {
        current = begin();
      }
      int dice = random.nextInt(100);
      if (dice < 50) {
        doing = "locking";
        new Locking(this, current).step();
      } else if (dice < 90) {
        doing = "a transaction";
        new Transacting(this).step(null);
      } else {
        doing = "reading";
        new Transacting(this).readOnly();
      }
    } catch (MetastoreException e) {
      judge(e);
    }
    doing = "nothing";
    Thread.sleep(random.nextInt(50));
  }

  /** Sets whether to stop crashing, so that others need not wait for what this worker holds. */
  void setCalm(boolean wanted) {
    calm = wanted;
  }

  boolean isCalm() {
    return calm;
  }

  private Tenure begin() throws InterruptedException {
    doing = "beginning a session";
    Duration ttl = Duration.ofSeconds(2 + random.nextInt(4));
    Tenure begun = new Tenure(client.newSession(ttl, name), journal);
    for (String lock : Locking.LOCKS) {
      journal.wants(lock, begun.session().id(), random.nextBoolean());
    }
    tenure = begun;
    return begun;
  }

  /** Ends the session, like a program that stops. */
  void endSession(Tenure ending) {
    ending.end();
    tenure = null;
    ending.session().close();
  }

  /** Ends the program without notice, and starts a new one. */
  void crash() {
    links.close();
    crashed.add(client);
    tenure = null;
    ClientLinks next = testbed.connect();
    links = next;
    client = newClient(next);
  }

  /** Records a failure that must not happen. */
  void judge(MetastoreException failure) {
    if (!EXPECTED.contains(failure.reason())) {
      journal.wrong(this + " was told " + failure.getMessage());
    }
  }

  String nextId() {
    attempts++;
    return name + "." + attempts;
  }

  Random random() {
    return random;
  }

  Registry registry() {
    return registry;
  }

  Journal journal() {
    return journal;
  }

  MetastoreClient client() {
    return client;
  }

  ClientLinks links() {
    return links;
  }

  @Nullable Tenure tenure() {
    return tenure;
  }

  /** Ends all programs, the current one properly. */
  @Override
  public void close() {
    Tenure last = tenure;
    if (last != null) {
      last.end();
    }
    links.heal(ClientLinks.ALL);
    client.close();
    links.close();
    List.copyOf(crashed).forEach(MetastoreClient::close);
  }

  @Override
  public String toString() {
    Tenure current = tenure;
    String session = current == null ? "none" : Long.toHexString(current.session().id());
    return name + " (session " + session + ", " + doing + ")";
  }
}
