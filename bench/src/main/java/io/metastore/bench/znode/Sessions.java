package io.metastore.bench.znode;

import io.metastore.bench.server.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/** Sessions of ZooKeeper's Java client, distributed over the members. */
final class Sessions implements AutoCloseable {
  /** So long that no session expires while the machine is busy. */
  static final int TIMEOUT_MS = 40_000;

  private final List<Endpoint> endpoints;
  private final List<ZooKeeper> open = new ArrayList<>();

  /**
   * Opens sessions.
   *
   * @throws IllegalStateException if one is not connected in time
   */
  Sessions(List<Endpoint> endpoints, int count) throws InterruptedException {
    this.endpoints = endpoints;
    try {
      for (int i = 0; i < count; i++) {
        Connecting connecting = connect(i);
        open.add(connecting.session());
        connecting.connected().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      close();
      throw new IllegalStateException("a session could not be opened", e);
    }
  }

  /** The session of a client. */
  ZooKeeper of(int client) {
    return open.get(client % open.size());
  }

  /** A session that may not be connected yet. */
  record Connecting(ZooKeeper session, CompletableFuture<Void> connected) {}

  /** Starts to open one more session, which the caller closes. */
  Connecting connect(int client) {
    CompletableFuture<Void> connected = new CompletableFuture<>();
    try {
      ZooKeeper session =
          new ZooKeeper(
              endpoints.get(client % endpoints.size()).toString(),
              TIMEOUT_MS,
              event -> {
                if (event.getState() == KeeperState.SyncConnected) {
                  connected.complete(null);
                }
              });
      return new Connecting(session, connected);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      for (ZooKeeper session : open) {
        session.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
