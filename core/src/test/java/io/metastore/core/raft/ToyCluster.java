package io.metastore.core.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftPeer;

/** A cluster of three {@link ToyServer}s. */
final class ToyCluster implements AutoCloseable {
  private final Path directory;
  private final Consumer<RaftProperties> changes;
  private final List<RaftPeer> peers;
  private final Map<Integer, ToyServer> running = new TreeMap<>();

  ToyCluster(Path directory, Consumer<RaftProperties> changes) throws IOException {
    this.directory = directory;
    this.changes = changes;
    this.peers = ToyServer.peers(3);
    for (int i = 0; i < peers.size(); i++) {
      start(i);
    }
  }

  ToyServer start(int number) throws IOException {
    ToyServer server = ToyServer.start(data(number), peers.get(number), peers, changes);
    running.put(number, server);
    return server;
  }

  void stop(int number) throws IOException {
    ToyServer stopped = running.remove(number);
    if (stopped != null) {
      stopped.close();
    }
  }

  Path data(int number) {
    return directory.resolve("n" + number);
  }

  ToyServer get(int number) {
    ToyServer server = running.get(number);
    if (server == null) {
      throw new AssertionError("not running: " + number);
    }
    return server;
  }

  int awaitLeader() throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      for (Map.Entry<Integer, ToyServer> server : running.entrySet()) {
        if (server.getValue().leads()) {
          return server.getKey();
        }
      }
      TimeUnit.MILLISECONDS.sleep(10); // poll, because it is unknown which member will lead
    }
    throw new TimeoutException("no leader");
  }

  @Override
  public void close() throws IOException {
    for (ToyServer server : running.values()) {
      server.close();
    }
  }
}
