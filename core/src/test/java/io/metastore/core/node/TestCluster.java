package io.metastore.core.node;

import io.metastore.core.raft.DurableFiles;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Members of one cluster in this process. Started and stopped by number, from 0. */
final class TestCluster implements AutoCloseable {
  private final Path directory;
  private final List<RaftMember> members = new ArrayList<>();
  private final TreeMap<Integer, Node> running = new TreeMap<>();

  /** Why members could not go on. */
  final BlockingQueue<Throwable> stopped = new LinkedBlockingQueue<>();

  TestCluster(Path directory, int size) throws IOException {
    this.directory = directory;
    List<ServerSocket> reserved = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      reserved.add(socket);
      members.add(new RaftMember(i + 1, "127.0.0.1:" + socket.getLocalPort()));
    }
    for (ServerSocket socket : reserved) {
      socket.close();
    }
  }

  /** Starts all members and waits until each serves. */
  TestCluster startAll() throws Exception {
    List<Node> started = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      started.add(start(i));
    }
    for (Node node : started) {
      node.ready().get(30, TimeUnit.SECONDS);
    }
    return this;
  }

  Node start(int number) throws IOException {
    return start(number, /* joinsExisting= */ false);
  }

  Node start(int number, boolean joinsExisting) throws IOException {
    RaftMember member = members.get(number);
    String[] address = member.peerAddress().split(":", -1);
    Node node =
        Node.start(
            new NodeConfig(
                77,
                member.id(),
                "m" + number,
                members,
                joinsExisting,
                List.of(),
                List.of(new InetSocketAddress(address[0], Integer.parseInt(address[1]))),
                directory.resolve("m" + number),
                50,
                500,
                10_000,
                1_572_864,
                64 << 20,
                600_000,
                new StorageOptions(8 << 20, 8 << 20, 1 << 20)),
            (why, cause) -> {
              stopped.add(cause);
              throw new IllegalStateException(why, cause);
            });
    running.put(number, node);
    return node;
  }

  Node node(int number) {
    Node node = running.get(number);
    if (node == null) {
      throw new IllegalStateException("member " + number + " is not running");
    }
    return node;
  }

  void stop(int number) throws IOException {
    Node node = node(number);
    running.remove(number);
    node.close();
  }

  /** As a new disk does; the member is not running. */
  void wipe(int number) throws IOException {
    DurableFiles.deleteTree(directory.resolve("m" + number));
  }

  @Override
  public void close() throws IOException {
    for (Node node : running.values()) {
      node.close();
    }
  }
}
