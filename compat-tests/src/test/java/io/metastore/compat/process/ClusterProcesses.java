package io.metastore.compat.process;

import io.grpc.StatusRuntimeException;
import io.metastore.bench.server.PeerLinks;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of server processes, usually with one or three members. The factory methods return when
 * all members serve, unless they say otherwise.
 */
public final class ClusterProcesses implements AutoCloseable {
  private final Path directory;
  private final List<ServerProcess> members = new ArrayList<>();
  private final @Nullable PeerLinks links;

  private ClusterProcesses(Class<?> test, int count, List<String> flags) throws IOException {
    this(test, count, "http", flags, false);
  }

  private ClusterProcesses(
      Class<?> test, int count, String peerScheme, List<String> flags, boolean linked)
      throws IOException {
    directory = Directories.create(test.getSimpleName());
    for (int i = 1; i <= count; i++) {
      members.add(newMember(peerScheme));
    }
    links = linked ? link() : null;
    members.forEach(member -> member.configure(initialCluster(members), flags));
  }

  private ServerProcess newMember(String peerScheme) throws IOException {
    String name = "m" + (members.size() + 1);
    Path own = directory.resolve(name);
    Files.createDirectories(own);
    return new ServerProcess(name, peerScheme, own);
  }

  private static String initialCluster(List<ServerProcess> members) {
    return members.stream()
        .map(member -> member.name() + "=" + member.peerUrl())
        .collect(Collectors.joining(",", "--initial-cluster=", ""));
  }

  /** A further member, which is not started. Call {@link #configureToJoin} first. */
  public ServerProcess addMember() throws IOException {
    ServerProcess member = newMember("http");
    members.add(member);
    return member;
  }

  /** Ends a member that {@link #addMember} added and deletes its data. */
  public void forget(ServerProcess member) throws IOException {
    members.remove(member);
    member.close();
  }

  /**
   * Gives a member the flags for joining a running cluster.
   *
   * @param all the members of the cluster, with the new one
   */
  public static void configureToJoin(
      ServerProcess member, List<ServerProcess> all, String... flags) {
    List<String> more = new ArrayList<>(List.of(flags));
    more.add("--initial-cluster-state=existing");
    member.configure(initialCluster(all), more);
  }

  private PeerLinks link() {
    PeerLinks made =
        new PeerLinks(
            members.stream().map(ServerProcess::peerPort).toList(),
            () -> members.stream().map(ServerProcess::pid).toList());
    for (int i = 0; i < members.size(); i++) {
      members.get(i).advertise(made.port(i));
    }
    return made;
  }

  /** Starts members that wait to become part of a cluster; does not wait for them. */
  public static ClusterProcesses waiting(Class<?> test, int count, String... flags)
      throws IOException {
    return startWith("--bootstrap=wait", test, count, flags);
  }

  /** Starts members that find each other by multicast; does not wait for them. */
  public static ClusterProcesses discovering(Class<?> test, int count, String... flags)
      throws IOException {
    return startWith("--bootstrap=multicast", test, count, flags);
  }

  private static ClusterProcesses startWith(
      String clusterFlag, Class<?> test, int count, String... flags) throws IOException {
    ClusterProcesses processes = new ClusterProcesses(test, count, List.of());
    for (ServerProcess member : processes.members) {
      member.configure(clusterFlag, Arrays.asList(flags));
      member.start();
    }
    return processes;
  }

  /** Starts one member and waits until it serves. */
  public static ClusterProcesses one(Class<?> test, String... flags)
      throws IOException, InterruptedException {
    return start(new ClusterProcesses(test, 1, Arrays.asList(flags)));
  }

  /** Starts three members and waits until all of them serve. */
  public static ClusterProcesses three(Class<?> test, String... flags)
      throws IOException, InterruptedException {
    return start(new ClusterProcesses(test, 3, Arrays.asList(flags)));
  }

  /** Starts three members with connections to each other that can be held, see {@link #links}. */
  public static ClusterProcesses threeLinked(Class<?> test)
      throws IOException, InterruptedException {
    return start(new ClusterProcesses(test, 3, "http", List.of(), true));
  }

  /** Starts three members that use TLS with each other, and waits until all of them serve. */
  public static ClusterProcesses threeWithSecurePeers(Class<?> test, String... flags)
      throws IOException, InterruptedException {
    return start(new ClusterProcesses(test, 3, "https", Arrays.asList(flags), false));
  }

  /**
   * Starts one member that also serves clients with TLS on a second port, and waits until it
   * serves.
   */
  public static ClusterProcesses oneWithSecureClients(
      Class<?> test, int securePort, String... flags) throws IOException, InterruptedException {
    ClusterProcesses cluster = new ClusterProcesses(test, 1, List.of());
    ServerProcess member = cluster.only();
    List<String> all = new ArrayList<>(Arrays.asList(flags));
    all.add(
        "--listen-client-urls=%s,https://127.0.0.1:%s".formatted(member.endpoint(), securePort));
    member.configure("--initial-cluster=%s=%s".formatted(member.name(), member.peerUrl()), all);
    return start(cluster);
  }

  private static ClusterProcesses start(ClusterProcesses cluster)
      throws IOException, InterruptedException {
    try {
      cluster.startAll();
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  /** Starts every member with its existing data, and waits until all serve. */
  public void startAll() throws IOException, InterruptedException {
    for (ServerProcess member : members) {
      member.start();
    }
    awaitReady();
  }

  /** Kills all members at once, like a power failure. */
  public void killAll() throws InterruptedException {
    for (ServerProcess member : members) {
      member.kill();
    }
  }

  public void awaitReady() throws InterruptedException {
    for (ServerProcess member : members) {
      member.awaitReady();
    }
  }

  /** The connections between the members, numbered as in {@link #members}. */
  public PeerLinks links() {
    if (links == null) {
      throw new IllegalStateException("the members are connected directly");
    }
    return links;
  }

  public List<ServerProcess> members() {
    return List.copyOf(members);
  }

  public ServerProcess only() {
    if (members.size() != 1) {
      throw new IllegalStateException(members.size() + " members");
    }
    return members.get(0);
  }

  public URI[] endpoints() {
    return members.stream().map(ServerProcess::endpoint).toArray(URI[]::new);
  }

  /** The connect string for ZooKeeper clients. */
  public String zookeeperAddresses() {
    return members.stream().map(ServerProcess::zookeeperAddress).collect(Collectors.joining(","));
  }

  /** Waits for a leader and returns the member. */
  public ServerProcess leader() throws InterruptedException {
    List<ServerProcess> found = new ArrayList<>();
    Await.until(
        "a member leads",
        () -> {
          findLeader().ifPresent(found::add);
          return !found.isEmpty();
        });
    return found.get(0);
  }

  /** The members other than {@code one}. */
  public List<ServerProcess> others(ServerProcess one) {
    return members.stream().filter(member -> member != one).toList();
  }

  private Optional<ServerProcess> findLeader() {
    return members.stream()
        .filter(ServerProcess::isAlive)
        .filter(ClusterProcesses::leads)
        .findFirst();
  }

  private static boolean leads(ServerProcess member) {
    StatusResponse status;
    try {
      status = member.status();
    } catch (StatusRuntimeException down) {
      return false;
    }
    return status.getLeader() == status.getHeader().getMemberId();
  }

  @Override
  public void close() throws IOException {
    if (links != null) {
      links.close();
    }
    for (ServerProcess member : members) {
      member.close();
    }
  }
}
