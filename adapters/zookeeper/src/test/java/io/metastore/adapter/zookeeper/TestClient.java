package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;

/** ZooKeeper's own client; records its events. */
final class TestClient implements AutoCloseable {
  private static final int PATIENCE_S = 60;

  final ZooKeeper zk;
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<KeeperState> states = new LinkedBlockingQueue<>();

  /** Records events of nodes, as kind and path. */
  final Watcher watcher = this::note;

  private TestClient(String address, int timeoutMs, ZKClientConfig config, boolean canBeReadOnly)
      throws Exception {
    zk = new ZooKeeper(address, timeoutMs, this::process, canBeReadOnly, config);
  }

  /** A client that accepts a read-only server; does not wait for it to connect. */
  static TestClient readOnly(String address, int timeoutMs) throws Exception {
    return new TestClient(address, timeoutMs, new ZKClientConfig(), true);
  }

  static TestClient connect(String address, int timeoutMs) throws Exception {
    return connect(address, timeoutMs, new ZKClientConfig());
  }

  static TestClient connect(String address, int timeoutMs, ZKClientConfig config) throws Exception {
    return connect(address, timeoutMs, config, KeeperState.SyncConnected);
  }

  /** Waits until the client has reached a state. */
  static TestClient connect(
      String address, int timeoutMs, ZKClientConfig config, KeeperState expected) throws Exception {
    TestClient client = new TestClient(address, timeoutMs, config, false);
    client.await(expected);
    return client;
  }

  private void process(WatchedEvent event) {
    if (event.getType() == EventType.None) {
      states.add(event.getState());
    }
    note(event);
  }

  private void note(WatchedEvent event) {
    if (event.getType() != EventType.None) {
      events.add(event.getType() + " " + event.getPath());
    }
  }

  void await(KeeperState state) throws InterruptedException {
    KeeperState seen;
    do {
      seen = requireNonNull(states.poll(PATIENCE_S, TimeUnit.SECONDS), "becomes " + state);
    } while (seen != state);
  }

  String nextEvent() throws InterruptedException {
    return requireNonNull(events.poll(PATIENCE_S, TimeUnit.SECONDS), "an event");
  }

  List<String> eventsSoFar() {
    List<String> all = new ArrayList<>();
    events.drainTo(all);
    return all;
  }

  String create(String path, String data, CreateMode mode) throws Exception {
    return zk.create(path, bytes(data), Ids.OPEN_ACL_UNSAFE, mode);
  }

  String create(String path) throws Exception {
    return create(path, "", CreateMode.PERSISTENT);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      zk.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
