package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import io.metastore.core.api.Consistency;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.PeerUrl;
import io.metastore.core.command.Command;
import io.metastore.core.command.OpenSession;
import io.metastore.core.machine.TreeRequests.TestSession;
import io.metastore.core.raft.DurableFiles;
import io.metastore.core.raft.PeerListen;
import io.metastore.core.raft.PeerTls;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Members of one cluster in this process, started and stopped by number, from 0. */
final class TestCluster implements AutoCloseable {
  private final Path directory;
  private final IntFunction<@Nullable PeerTls> tls;
  private final List<RaftMember> members = new ArrayList<>();
  private final TreeMap<Integer, Node> running = new TreeMap<>();

  /** Applies to members started from now on. */
  SpaceConfig space = SpaceConfig.DEFAULT;

  /** Applies to members started from now on. */
  CorruptionConfig corruption = CorruptionConfig.OFF;

  /** Applies to members started from now on. */
  int catchupEntries = 5000;

  /** The failures that made members stop. */
  final BlockingQueue<Throwable> stopped = new LinkedBlockingQueue<>();

  TestCluster(Path directory, int size) throws IOException {
    this(directory, size, number -> null);
  }

  /**
   * @param tls TLS between members, by member number
   */
  TestCluster(Path directory, int size, IntFunction<@Nullable PeerTls> tls) throws IOException {
    this.directory = directory;
    this.tls = tls;
    List<ServerSocket> reserved = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      reserved.add(socket);
      String scheme = tls.apply(i) == null ? "http" : "https";
      members.add(new RaftMember(i + 1, scheme + "://127.0.0.1:" + socket.getLocalPort()));
    }
    for (ServerSocket socket : reserved) {
      socket.close();
    }
  }

  /** Starts all members and waits until each is ready. */
  TestCluster startAll() throws Exception {
    List<Node> started = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      started.add(start(i));
    }
    for (Node node : started) {
      node.ready().get(60, TimeUnit.SECONDS);
    }
    return this;
  }

  /** Waits until every running member has applied everything acknowledged before. */
  void awaitOneState() throws Exception {
    for (Node node : running.values()) {
      node.view(Consistency.LINEARIZABLE).get(60, TimeUnit.SECONDS).close();
    }
  }

  Node start(int number) throws IOException {
    return start(number, NodeConfig.Beginning.FOUNDED);
  }

  Node start(int number, NodeConfig.Beginning beginning) throws IOException {
    RaftMember member = members.get(number);
    PeerUrl url = PeerUrl.parse(member.peerUrls());
    Node node =
        Node.start(
            config(
                77,
                member.id(),
                "m" + number,
                members,
                beginning,
                new InetSocketAddress(url.host(), url.port()),
                tls.apply(number)),
            this::stopped);
    running.put(number, node);
    return node;
  }

  /** Starts a member that was invited or announced; the caller closes it. */
  Node start(Invitation invitation, InetSocketAddress listen) throws IOException {
    List<RaftMember> invited = new ArrayList<>();
    invitation.members().forEach((id, member) -> invited.add(new RaftMember(id, member.peerUrl())));
    return Node.start(
        config(
            invitation.clusterId(),
            invitation.memberId(),
            requireNonNull(invitation.members().get(invitation.memberId())).name(),
            invited,
            invitation.clusterRuns() ? NodeConfig.Beginning.INVITED : NodeConfig.Beginning.FOUNDED,
            listen,
            null),
        this::stopped);
  }

  private NodeConfig config(
      long clusterId,
      long memberId,
      String name,
      List<RaftMember> all,
      NodeConfig.Beginning beginning,
      InetSocketAddress listen,
      @Nullable PeerTls peerTls) {
    return new NodeConfig(
        clusterId,
        memberId,
        name,
        all,
        beginning,
        List.of(),
        new PeerListen(List.of(listen), false),
        peerTls,
        directory.resolve(name),
        directory.resolve(name).resolve("raft"),
        100,
        2000,
        10_000,
        catchupEntries,
        1_572_864,
        64 << 20,
        600_000,
        new StorageOptions(8 << 20, 8 << 20, 1 << 20),
        Duration.ofMillis(100),
        space,
        AccessConfig.DEFAULT,
        MemberRules.DEFAULT,
        corruption,
        ZookeeperServers.NONE);
  }

  private void stopped(String why, Throwable cause) {
    stopped.add(cause);
    throw new IllegalStateException(why, cause);
  }

  /** Moves the leadership to a running member. */
  void lead(int number) throws Exception {
    long id = members.get(number).id();
    while (node(number).cluster().leaderId() != id) {
      int leader = (int) node(number).cluster().leaderId() - 1;
      if (leader >= 0) {
        boolean unused = node(leader).membership().transferLeadership(id).get(60, TimeUnit.SECONDS);
      }
      node(number).view(Consistency.LINEARIZABLE).get(60, TimeUnit.SECONDS).close();
    }
  }

  /** Opens a session of the znode tree that does not expire during a test. */
  static TestSession openSession(Node node, long attachment) throws Exception {
    OpenSession open =
        OpenSession.newBuilder()
            .setTimeoutMs(600_000)
            .setTtl(600)
            .setAttachment(attachment)
            .build();
    Outcome outcome =
        node.submit(Command.newBuilder().setOpenSession(open).build()).get(60, TimeUnit.SECONDS);
    return new TestSession(((Outcome.SessionAttached) outcome).session(), attachment);
  }

  /** The peer address of a member. */
  String address(int number) {
    return PeerUrl.parse(members.get(number).peerUrls()).authority();
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

  /** The log indexes of a member's checkpoints. */
  List<Long> checkpoints(int number) throws IOException {
    try (Stream<Path> found = Files.list(directory.resolve("m" + number).resolve("ckpt"))) {
      return found.map(TestCluster::index).toList();
    }
  }

  /** The index in the name of a checkpoint's directory, {@code term_index}. */
  private static long index(Path checkpoint) {
    String name = checkpoint.getFileName().toString();
    return Long.parseLong(name.substring(name.indexOf('_') + 1));
  }

  /** Deletes a member's data, like a new disk. The member must not be running. */
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
