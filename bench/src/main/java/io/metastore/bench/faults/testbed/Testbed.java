package io.metastore.bench.faults.testbed;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.api.v1.HashUnversionedRequest;
import io.metastore.api.v1.HashUnversionedResponse;
import io.metastore.bench.server.ClientLinks;
import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.Member;
import io.metastore.bench.server.PeerLinks;
import io.metastore.bench.server.ServerKind;
import io.metastore.etcdapi.etcdserverpb.AlarmMember;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest;
import io.metastore.etcdapi.etcdserverpb.AlarmType;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc.ClusterBlockingStub;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DefragmentRequest;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.HashKVRequest;
import io.metastore.etcdapi.etcdserverpb.HashKVResponse;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.MemberAddRequest;
import io.metastore.etcdapi.etcdserverpb.MemberListRequest;
import io.metastore.etcdapi.etcdserverpb.MemberPromoteRequest;
import io.metastore.etcdapi.etcdserverpb.MemberRemoveRequest;
import io.metastore.etcdapi.etcdserverpb.MoveLeaderRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.SnapshotRequest;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The members under test, with connections that can be disturbed: those between the members, and
 * those of the clients. The checks use direct channels.
 *
 * <p>Members are numbered from 0. The methods that change a member are called by one thread at a
 * time; the others by any thread.
 */
public final class Testbed implements AutoCloseable {
  private static final ByteString FILLER = ByteString.copyFromUtf8("filler");
  private static final int CALL_SECONDS = 5;
  private static final int LONG_CALL_SECONDS = 30;

  private static final List<String> SHORT_LOG =
      List.of("--snapshot-count=100", "--snapshot-catchup-entries=10");

  /** A segment of the log has 4 MiB, and is deleted as a whole. */
  private static final int SEGMENT_MIB = 4;

  private static final int MIB = 1 << 20;

  /** What etcd and Metastore log when they have received the state of another member. */
  private static final String RECEIVED = "applied snapshot";

  /** What a leader logs when it has compared everything but keys with the other members. */
  private static final String COMPARED = "finished corruption check of everything but keys";

  private final ServerKind kind;
  private final List<String> etcdutl;
  private final boolean shortLogs;
  private final Path directory;
  private final List<Disk> disks = new ArrayList<>();
  private final EventLoopGroup relays =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final WallClock clock;
  private final Cluster cluster;

  private final AtomicLong compacted = new AtomicLong();

  private final Thread cleanAtExit = new Thread(this::stopAndDelete, "delete-testbed");

  /** The members that were stopped on purpose. */
  private final Set<Integer> stopped = ConcurrentHashMap.newKeySet();

  /** The members that were removed and added again. */
  private final Set<Integer> replaced = ConcurrentHashMap.newKeySet();

  /**
   * Starts the members and waits until all serve.
   *
   * @param etcdutl the program that restores snapshots, with its first arguments
   * @param parent the directory in which a new one is created for the members' data
   */
  public Testbed(
      ServerKind kind, List<String> etcdutl, int size, Path parent, Set<Equipment> equipment) {
    this.kind = kind;
    this.etcdutl = List.copyOf(etcdutl);
    this.shortLogs = equipment.contains(Equipment.SHORT_LOGS);
    try {
      Files.createDirectories(parent);
      directory = Files.createTempDirectory(parent, "faults-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      if (equipment.contains(Equipment.DISKS)) {
        IntStream.range(0, size).forEach(i -> disks.add(Disk.create(data(i))));
      }
      clock = equipment.contains(Equipment.CLOCKS) ? WallClock.prepare(directory) : WallClock.REAL;
      cluster = Cluster.startLinked(kind.startedBy(this::onOwnMachine), size, directory);
    } catch (RuntimeException | Error e) {
      deleteData();
      throw e;
    }
    for (Endpoint endpoint : cluster.endpoints()) {
      channels.add(
          NettyChannelBuilder.forAddress(endpoint.address())
              .usePlaintext()
              .maxInboundMessageSize(Integer.MAX_VALUE)
              .build());
    }
    Runtime.getRuntime().addShutdownHook(cleanAtExit);
  }

  /** Gives a member's process its own disk and clock. */
  private List<String> onOwnMachine(Member member, List<Member> all, Path logs) {
    int number = all.indexOf(member);
    List<String> command = new ArrayList<>(clock.prefix(number));
    command.addAll(kind.command(member, all, data(number)));
    command.add("--log-level=info");
    command.add("--listen-zookeeper-urls=tcp://" + zookeeper(member));
    command.add("--zookeeper-max-client-connections=0");
    // Members that differ raise an alarm, which is a violation.
    command.add("--corrupt-check-time=5s");
    if (shortLogs) {
      command.addAll(SHORT_LOG);
    }
    if (replaced.contains(number)) {
      command.add("--initial-cluster-state=existing");
    }
    return command;
  }

  private Path data(int member) {
    return directory.resolve("disk-" + (member + 1));
  }

  /** The number of members. */
  public int size() {
    return channels.size();
  }

  /** A member's name in reports. */
  public static String name(int member) {
    return "m" + (member + 1);
  }

  /** A direct channel to a member, which reconnects after a restart. */
  public ManagedChannel channel(int member) {
    ManagedChannel channel = channels.get(member);
    // Otherwise gRPC would wait up to two minutes before it reconnects to a member that was down.
    channel.resetConnectBackoff();
    return channel;
  }

  /** The members' client addresses. */
  public List<Endpoint> endpoints() {
    return cluster.endpoints();
  }

  /** Links to all members, for one client of etcd's API or the native one. */
  public ClientLinks connect() {
    return new ClientLinks(relays.next(), cluster.endpoints());
  }

  /** The members' addresses for ZooKeeper clients. */
  public List<Endpoint> zookeeperEndpoints() {
    return cluster.members().stream().map(Testbed::zookeeper).toList();
  }

  /** Links to all members, for one ZooKeeper client. */
  public ClientLinks connectZookeeper() {
    return new ClientLinks(relays.next(), zookeeperEndpoints());
  }

  /** ZooKeeper clients use the address that other servers need for elections. */
  private static Endpoint zookeeper(Member member) {
    return member.election();
  }

  /** The connections between the members. */
  public PeerLinks peers() {
    return cluster.links();
  }

  /** A member that reports itself as the leader. */
  public Optional<Integer> findLeader() {
    return findLeader(member -> true);
  }

  /** A member that reports itself as the leader, among some of the members. */
  public Optional<Integer> findLeader(Predicate<Integer> candidates) {
    return IntStream.range(0, size())
        .filter(member -> !stopped.contains(member))
        .boxed()
        .filter(candidates)
        .filter(this::leads)
        .findFirst();
  }

  private boolean leads(int member) {
    try {
      StatusResponse status = status(member);
      return status.getLeader() == status.getHeader().getMemberId();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** A member's status by etcd's API. */
  public StatusResponse status(int member) {
    return MaintenanceGrpc.newBlockingStub(channel(member))
        .withDeadlineAfter(1, TimeUnit.SECONDS)
        .status(StatusRequest.getDefaultInstance());
  }

  /** Whether a member answers a linearizable read within five seconds. */
  public boolean serves(int member) {
    try {
      revision(member);
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** The revision of a linearizable read on a member. */
  public long revision(int member) {
    return KVGrpc.newBlockingStub(channel(member))
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
        .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("\0")).build())
        .getHeader()
        .getRevision();
  }

  /**
   * Asks one member after the other until one answers.
   *
   * @param what the question, for the message if nobody answers
   */
  public <T> T ask(String what, Function<ManagedChannel, T> question) throws InterruptedException {
    List<T> answers = new ArrayList<>();
    int[] next = new int[1];
    Await.until(
        what,
        () -> {
          answers.add(question.apply(channel(next[0]++ % size())));
          return true;
        });
    return answers.get(0);
  }

  /** Puts a key without a value and returns the revision. */
  public long put(String key) throws InterruptedException {
    PutRequest put = PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    return ask(
            "a put",
            channel ->
                KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .put(put))
        .getHeader()
        .getRevision();
  }

  /**
   * Compacts the store.
   *
   * @throws StatusRuntimeException if the outcome is unknown
   */
  public void compact(int member, long revision) {
    compacted.accumulateAndGet(revision, Math::max);
    KVGrpc.newBlockingStub(channel(member))
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
        .compact(CompactionRequest.newBuilder().setRevision(revision).build());
  }

  /** The largest revision whose compaction was requested; later ones can be watched. */
  public long compacted() {
    return compacted.get();
  }

  /** Asks the leader to hand over to a member, unless that one leads already. */
  public void transferLeadership(int to) {
    findLeader()
        .filter(leader -> leader != to)
        .ifPresent(
            leader ->
                MaintenanceGrpc.newBlockingStub(channel(leader))
                    .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .moveLeader(
                        MoveLeaderRequest.newBuilder()
                            .setTargetID(status(to).getHeader().getMemberId())
                            .build()));
  }

  /**
   * Adds more than a segment of entries to the Raft log that change nothing, and lets a member take
   * a checkpoint, after which it deletes most of its log.
   *
   * @param member the leader
   * @return the index of the first entry that it kept
   */
  public long shortenLog(int member) {
    ByteString filler = ByteString.copyFrom(new byte[MIB]);
    TxnRequest refused =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(FILLER)
                    .setTarget(Compare.CompareTarget.VERSION)
                    .setResult(Compare.CompareResult.GREATER))
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestPut(PutRequest.newBuilder().setKey(FILLER).setValue(filler)))
            .build();
    for (int i = 0; i <= SEGMENT_MIB; i++) {
      KVGrpc.newBlockingStub(channel(member))
          .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
          .txn(refused);
    }
    defragment(member); // ends with a checkpoint
    try {
      return LogFiles.first(data(member)).orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How often members have received a checkpoint from another one. */
  public long checkpointsReceived() {
    return countLogged(RECEIVED);
  }

  /** How often a leader has compared everything but keys. */
  public long comparisons() {
    return countLogged(COMPARED);
  }

  private long countLogged(String text) {
    long count = 0;
    for (int member = 0; member < size(); member++) {
      try (Stream<String> lines = Files.lines(cluster.log(member))) {
        count += lines.filter(line -> line.contains(text)).count();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return count;
  }

  /** Defragments a member. */
  public void defragment(int member) {
    MaintenanceGrpc.newBlockingStub(channel(member))
        .withDeadlineAfter(LONG_CALL_SECONDS, TimeUnit.SECONDS)
        .defragment(DefragmentRequest.getDefaultInstance());
  }

  /**
   * Downloads a member's snapshot.
   *
   * @throws IllegalStateException if it is complete, but does not match its checksum
   */
  public void verifySnapshot(int member) {
    Checksum checksum = new Checksum();
    snapshot(member, checksum::add);
    if (!checksum.matches()) {
      throw new IllegalStateException("the snapshot of " + name(member) + " has a wrong checksum");
    }
  }

  private void snapshot(int member, Consumer<ByteString> to) {
    MaintenanceGrpc.newBlockingStub(channel(member))
        .withDeadlineAfter(LONG_CALL_SECONDS, TimeUnit.SECONDS)
        .snapshot(SnapshotRequest.getDefaultInstance())
        .forEachRemaining(part -> to.accept(part.getBlob()));
  }

  /** Downloads a member's snapshot to a file. */
  public SavedSnapshot saveSnapshot(int member) {
    try {
      Path own = Files.createTempDirectory(directory, "snapshot-");
      try (OutputStream file = Files.newOutputStream(own.resolve(SavedSnapshot.FILE))) {
        snapshot(member, part -> write(part, file));
      } catch (StatusRuntimeException e) {
        deleteTree(own);
        throw e;
      }
      return new SavedSnapshot(own, kind, etcdutl);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(ByteString part, OutputStream to) {
    try {
      part.writeTo(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The hash of all keys and revisions up to a revision on a member. */
  public HashKVResponse hash(int member, long revision) {
    return hash(channel(member), revision);
  }

  /** The same of a server that is not under test. */
  public static HashKVResponse hash(ManagedChannel server, long revision) {
    return MaintenanceGrpc.newBlockingStub(server)
        .withDeadlineAfter(LONG_CALL_SECONDS, TimeUnit.SECONDS)
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  /** The hashes of everything but keys, computed on all members at one position of the log. */
  public HashUnversionedResponse hashUnversioned(int member) {
    return io.metastore.api.v1.ClusterGrpc.newBlockingStub(channel(member))
        .withDeadlineAfter(LONG_CALL_SECONDS, TimeUnit.SECONDS)
        .hashUnversioned(HashUnversionedRequest.getDefaultInstance());
  }

  /** All raised alarms. */
  public List<AlarmMember> alarms(int member) {
    return alarm(member, AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.GET).build());
  }

  /** Clears the alarms of all members that had a full disk. */
  public void clearSpaceAlarms() {
    int member = findLeader().orElse(0);
    for (AlarmMember raised : alarms(member)) {
      if (raised.getAlarm() == AlarmType.NOSPACE) {
        alarm(
            member,
            AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                .setMemberID(raised.getMemberID())
                .setAlarm(raised.getAlarm())
                .build());
      }
    }
  }

  private List<AlarmMember> alarm(int member, AlarmRequest request) {
    return MaintenanceGrpc.newBlockingStub(channel(member))
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
        .alarm(request)
        .getAlarmsList();
  }

  /** Deletes all keys, including locks. */
  public void deleteAll() throws InterruptedException {
    ByteString all = ByteString.copyFromUtf8("\0");
    ask(
        "all keys are deleted",
        channel ->
            KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(LONG_CALL_SECONDS, TimeUnit.SECONDS)
                .deleteRange(DeleteRangeRequest.newBuilder().setKey(all).setRangeEnd(all).build()));
  }

  // ---- faults of one member ----

  /** SIGKILL. */
  public void kill(int member) throws InterruptedException {
    stopped.add(member);
    cluster.kill(member);
  }

  /** SIGTERM. */
  public void terminate(int member) throws InterruptedException {
    stopped.add(member);
    cluster.terminate(member);
  }

  /** Starts a stopped member; does not wait until it serves. */
  public void start(int member) {
    cluster.restart(member);
    stopped.remove(member);
  }

  /** SIGSTOP. */
  public void pause(int member) throws InterruptedException {
    cluster.pause(member);
  }

  /** SIGCONT. */
  public void resume(int member) throws InterruptedException {
    cluster.resume(member);
  }

  /** Stops members at the same moment, as a power failure would: what was not synced is lost. */
  public void losePower(List<Integer> members) throws InterruptedException {
    members.forEach(member -> disks.get(member).powerOff());
    for (int member : members) {
      kill(member);
    }
    members.forEach(member -> disks.get(member).powerOn());
  }

  /**
   * Leaves the first part of an entry at the end of a stopped member's Raft log.
   *
   * @return false if its log has no open segment
   */
  public boolean tearLog(int member, Random random) {
    try {
      return TornWrite.append(data(member), random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a member from the cluster. Returns when its process has ended, too. */
  public void remove(int member) throws InterruptedException {
    stopped.add(member); // it ends by itself
    Await.until(
        name(member) + " is removed",
        () -> {
          ClusterBlockingStub other = membership(another(member));
          Optional<io.metastore.etcdapi.etcdserverpb.Member> listed = find(other, member);
          listed.ifPresent(
              found ->
                  other.memberRemove(
                      MemberRemoveRequest.newBuilder().setID(found.getID()).build()));
          return listed.isEmpty();
        });
    cluster.kill(member);
  }

  /** Deletes the data of a stopped member. */
  public void wipe(int member) {
    deleteTree(data(member).resolve(cluster.members().get(member).name()));
  }

  /**
   * Adds a member that was removed and wiped to the cluster again, and starts it. Returns when it
   * serves.
   *
   * @param asLearner whether it begins as a learner, and is promoted when it has caught up
   */
  public void addAgain(int member, boolean asLearner) throws InterruptedException {
    Await.until(
        name(member) + " is added",
        () -> {
          ClusterBlockingStub other = membership(another(member));
          if (find(other, member).isEmpty()) {
            other.memberAdd(
                MemberAddRequest.newBuilder()
                    .addPeerURLs(peerUrl(member))
                    .setIsLearner(asLearner)
                    .build());
          }
          return true;
        });
    replaced.add(member);
    start(member);
    Await.until(
        name(member) + " serves",
        () -> {
          // Like etcd, a new member ends if it reaches nobody. A service manager starts it again.
          if (dead().contains(member)) {
            start(member);
          }
          if (asLearner) {
            promote(member);
          }
          return serves(member);
        });
  }

  private void promote(int member) {
    ClusterBlockingStub other = membership(another(member));
    io.metastore.etcdapi.etcdserverpb.Member listed = find(other, member).orElseThrow();
    if (listed.getIsLearner()) {
      other.memberPromote(MemberPromoteRequest.newBuilder().setID(listed.getID()).build());
    }
  }

  /** A random other member, because some of them may be cut off. */
  private int another(int member) {
    return (member + 1 + ThreadLocalRandom.current().nextInt(size() - 1)) % size();
  }

  private ClusterBlockingStub membership(int member) {
    return ClusterGrpc.newBlockingStub(channel(member))
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  private Optional<io.metastore.etcdapi.etcdserverpb.Member> find(
      ClusterBlockingStub cluster, int member) {
    return cluster
        .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
        .getMembersList()
        .stream()
        .filter(listed -> listed.getPeerURLsList().contains(peerUrl(member)))
        .findFirst();
  }

  private String peerUrl(int member) {
    return "http://" + cluster.members().get(member).advertised();
  }

  /** Fills a member's disk. */
  public void fillDisk(int member) {
    disks.get(member).fill();
  }

  /** Gives the space back. */
  public void freeDisk(int member) {
    disks.get(member).free();
  }

  /** Sets a member's wall clock to this distance from the real one. */
  public void setClock(int member, long offsetSeconds) {
    clock.set(member, offsetSeconds);
  }

  // ---- the end ----

  /** The members whose processes ended although nobody stopped them. */
  public List<Integer> dead() {
    return IntStream.range(0, size())
        .filter(member -> !stopped.contains(member) && !cluster.isAlive(member))
        .boxed()
        .toList();
  }

  /** Copies the members' logs to a directory. */
  public void saveLogs(Path to) throws IOException {
    Files.createDirectories(to);
    for (int member = 0; member < size(); member++) {
      Files.copy(cluster.log(member), to.resolve(name(member) + ".log"));
    }
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    relays.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    stopAndDelete();
    try {
      Runtime.getRuntime().removeShutdownHook(cleanAtExit);
    } catch (IllegalStateException e) {
      // The JVM is ending and is already running the hook.
    }
  }

  private synchronized void stopAndDelete() {
    cluster.close();
    deleteData();
  }

  private void deleteData() {
    if (!Files.exists(directory)) {
      return;
    }
    disks.forEach(Disk::unmount);
    deleteTree(directory);
  }

  static void deleteTree(Path top) {
    try (Stream<Path> files = Files.walk(top)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
