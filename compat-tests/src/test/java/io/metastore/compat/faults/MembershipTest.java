package io.metastore.compat.faults;

import static io.metastore.compat.jetcd.Jetcd.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.Client;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.metastore.api.v1.BootstrapRequest;
import io.metastore.api.v1.BootstrapResponse;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.JoinRequest;
import io.metastore.api.v1.JoinResponse;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.Member;
import io.metastore.api.v1.MembersRequest;
import io.metastore.api.v1.NewMember;
import io.metastore.api.v1.RemoveRequest;
import io.metastore.api.v1.StatusRequest;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clusters are formed, grow and shrink through the native API while clients write. */
class MembershipTest {
  private static final int CLIENTS = 6;

  /** So few entries that new members need a snapshot. */
  private static final String SNAPSHOTS = "--snapshot-count=100";

  @SuppressWarnings("NullAway.Init") // set by every test
  private ClusterProcesses processes;

  @AfterEach
  void stop() throws Exception {
    processes.close();
  }

  @Test
  void waitingMembersFormAClusterThatGrowsWhileClientsWrite() throws Exception {
    processes = ClusterProcesses.waiting(getClass(), 5, SNAPSHOTS);
    List<ServerProcess> founders = processes.members().subList(0, 3);
    ServerProcess first = founders.get(0);
    ServerProcess fourth = processes.members().get(3);
    ServerProcess fifth = processes.members().get(4);
    for (ServerProcess member : processes.members()) {
      awaitWaiting(member);
    }
    refusesAllButItsOwn(first);
    refusesBadBootstraps(first, fourth);

    BootstrapResponse founded =
        cluster(first).bootstrap(bootstrap(founders.toArray(ServerProcess[]::new)));
    assertThat(founded.getClusterId()).isNotZero();
    assertThat(founded.getMembersList())
        .extracting(Member::getPeerUrl)
        .containsExactlyInAnyOrderElementsOf(
            founders.stream().map(ServerProcess::peerUrl).toList());
    for (ServerProcess founder : founders) {
      founder.awaitReady();
    }
    assertRefused(Reason.ALREADY_MEMBER, () -> cluster(first).bootstrap(bootstrap(first)));
    assertRefused(Reason.ALREADY_MEMBER, () -> cluster(fourth).bootstrap(bootstrap(fourth, first)));

    try (WriteLoad load = WriteLoad.start(founders, "grow/", CLIENTS)) {
      load.awaitMore(300);
      ServerProcess follower = processes.others(leaderOf(founders)).get(0);
      JoinResponse joined = cluster(follower).join(join(fourth));
      assertThat(joined.getMember().getName()).isEqualTo(fourth.name());
      fourth.awaitReady();
      assertRefused(Reason.ALREADY_MEMBER, () -> cluster(first).join(join(fourth)));
      load.awaitMore(100);

      refusesChangesWhileOneIsUnderWay(first, fifth);
      fifth.awaitReady();
      load.awaitMore(100);
      load.stop();
      History all = History.of(first, "grow/");
      all.assertAgreesWith(load);
      assertThat(History.of(fourth, "grow/").puts()).isEqualTo(all.puts());
      assertThat(History.of(fifth, "grow/").puts()).isEqualTo(all.puts());
    }
    try (Client client = Client.builder().endpoints(fifth.endpoint()).build()) {
      Await.until(
          "etcd's clients see five members with names",
          () ->
              get(client.getClusterClient().listMember()).getMembers().stream()
                  .map(io.etcd.jetcd.cluster.Member::getName)
                  .sorted()
                  .toList()
                  .equals(List.of("m1", "m2", "m3", "m4", "m5")));
    }
    NewMember nobody = NewMember.newBuilder().setName("x").setPeerUrl("http://127.0.0.1:1").build();
    assertRefused(
        Reason.UNSAFE_CHANGE,
        () -> cluster(first).join(JoinRequest.newBuilder().setMember(nobody).build()));

    // The flags do not contain the members; the data on disk does.
    processes.killAll();
    processes.startAll();
    assertThat(members(first)).hasSize(5);
  }

  @Test
  void clusterShrinksUnderLoadAndRemovedMembersDoNotReturn() throws Exception {
    processes = ClusterProcesses.waiting(getClass(), 5, SNAPSHOTS);
    ServerProcess[] founders = processes.members().toArray(ServerProcess[]::new);
    for (ServerProcess member : founders) {
      awaitWaiting(member);
    }
    cluster(founders[0]).bootstrap(bootstrap(founders));
    processes.awaitReady();

    try (WriteLoad load = WriteLoad.start(processes.members(), "shrink/", CLIENTS)) {
      load.awaitMore(100);
      ServerProcess leader = processes.leader();
      ServerProcess follower = processes.others(leader).get(0);
      ServerProcess dead = processes.others(leader).get(1);
      long deadId = id(dead);

      remove(follower, id(follower));
      assertThat(follower.awaitExit()).isZero();
      load.awaitMore(100);

      remove(leader, id(leader));
      assertThat(leader.awaitExit()).isZero();
      load.awaitMore(100);
      List<ServerProcess> left =
          processes.members().stream()
              .filter(member -> member != leader && member != follower)
              .toList();
      ServerProcess stays =
          left.stream().filter(member -> member != dead).findFirst().orElseThrow();
      assertRefused(Reason.UNKNOWN_MEMBER, () -> remove(stays, 1));

      dead.kill();
      remove(stays, deadId);
      load.awaitMore(50);
      for (ServerProcess removed : List.of(follower, leader, dead)) {
        removed.start();
        assertThat(removed.awaitExit()).as("of %s", removed.name()).isEqualTo(1);
      }
      load.stop();
      History.of(stays, "shrink/").assertAgreesWith(load);

      List<ServerProcess> two = left.stream().filter(member -> member != dead).toList();
      assertThat(members(stays)).hasSize(2);
      for (ServerProcess member : two) {
        member.kill();
      }
      for (ServerProcess member : two) {
        member.start();
      }
      for (ServerProcess member : two) {
        member.awaitReady();
      }
      History.of(stays, "shrink/").assertAgreesWith(load);
      ServerProcess leads = leaderOf(two);
      ServerProcess other = two.get(0) == leads ? two.get(1) : two.get(0);
      long otherId = id(other);
      other.kill();
      assertRefused(Reason.UNSAFE_CHANGE, Reason.NO_LEADER, () -> remove(leads, otherId));
    }
  }

  private static void refusesAllButItsOwn(ServerProcess waiting) {
    assertRefused(
        Reason.NO_LEADER,
        () ->
            KeyValueGrpc.newBlockingStub(waiting.channel())
                .get(GetRequest.newBuilder().setKey("/a").build()));
    assertRefused(
        Reason.NO_LEADER, () -> cluster(waiting).members(MembersRequest.getDefaultInstance()));
    assertRefused(Reason.NO_LEADER, () -> remove(waiting, 1));
    assertThat(
            catchThrowableOfType(StatusRuntimeException.class, waiting::status)
                .getStatus()
                .getDescription())
        .contains("waits to become part of a cluster");
  }

  private static void refusesBadBootstraps(ServerProcess asked, ServerProcess other) {
    assertRefused(Reason.BAD_REQUEST, () -> cluster(asked).bootstrap(bootstrap()));
    assertRefused(Reason.BAD_REQUEST, () -> cluster(asked).bootstrap(bootstrap(other)));
    assertRefused(Reason.BAD_REQUEST, () -> cluster(asked).bootstrap(bootstrap(asked, asked)));
    NewMember misnamed =
        NewMember.newBuilder().setName("misnamed").setPeerUrl(other.peerUrl()).build();
    assertRefused(
        Reason.BAD_REQUEST,
        () -> cluster(asked).bootstrap(bootstrap(asked).toBuilder().addMembers(misnamed).build()));
    NewMember noUrl = misnamed.toBuilder().setPeerUrl("127.0.0.1:1").build();
    assertRefused(
        Reason.BAD_REQUEST,
        () -> cluster(asked).bootstrap(bootstrap(asked).toBuilder().addMembers(noUrl).build()));
    NewMember nobody = misnamed.toBuilder().setPeerUrl("http://127.0.0.1:1").build();
    assertRefused(
        Reason.UNSAFE_CHANGE,
        () -> cluster(asked).bootstrap(bootstrap(asked).toBuilder().addMembers(nobody).build()));
  }

  /** The first change waits for a member that does not answer, until that member resumes. */
  private static void refusesChangesWhileOneIsUnderWay(ServerProcess asked, ServerProcess joining)
      throws Exception {
    joining.pause();
    CompletableFuture<JoinResponse> first;
    try {
      first = CompletableFuture.supplyAsync(() -> cluster(asked).join(join(joining)));
      Await.until(
          "another change is refused",
          () -> {
            ErrorDetail detail =
                errorOf(
                    () -> cluster(asked).remove(RemoveRequest.newBuilder().setMemberId(1).build()));
            return detail.getReason() == Reason.CHANGE_IN_PROGRESS;
          });
    } finally {
      joining.resume();
    }
    assertThat(first.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS).getMember().getLearner())
        .isFalse();
  }

  // --- asking ----------------------------------------------------------------------------------

  private static void awaitWaiting(ServerProcess member) throws InterruptedException {
    Await.until(
        member.name() + " waits",
        () -> {
          member.channel().resetConnectBackoff();
          return cluster(member).status(StatusRequest.getDefaultInstance()).getClusterId() == 0;
        });
  }

  private static ClusterGrpc.ClusterBlockingStub cluster(ServerProcess member) {
    return ClusterGrpc.newBlockingStub(member.channel())
        .withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static long id(ServerProcess member) {
    return cluster(member).status(StatusRequest.getDefaultInstance()).getMemberId();
  }

  private static List<Member> members(ServerProcess asked) {
    return cluster(asked).members(MembersRequest.getDefaultInstance()).getMembersList();
  }

  private static void remove(ServerProcess asked, long id) {
    assertThat(cluster(asked).remove(RemoveRequest.newBuilder().setMemberId(id).build()))
        .isNotNull();
  }

  private static ServerProcess leaderOf(List<ServerProcess> members) throws InterruptedException {
    long[] leader = {0};
    Await.until(
        "a leader",
        () -> {
          leader[0] =
              cluster(members.get(0)).status(StatusRequest.getDefaultInstance()).getLeaderId();
          return leader[0] != 0;
        });
    return members.stream().filter(member -> id(member) == leader[0]).findFirst().orElseThrow();
  }

  private static BootstrapRequest bootstrap(ServerProcess... members) {
    BootstrapRequest.Builder request = BootstrapRequest.newBuilder();
    for (ServerProcess member : members) {
      request.addMembers(toNew(member));
    }
    return request.build();
  }

  private static JoinRequest join(ServerProcess member) {
    return JoinRequest.newBuilder().setMember(toNew(member)).build();
  }

  private static NewMember toNew(ServerProcess member) {
    return NewMember.newBuilder().setName(member.name()).setPeerUrl(member.peerUrl()).build();
  }

  private static void assertRefused(Reason reason, ThrowingCallable call) {
    assertThat(errorOf(call).getReason()).isEqualTo(reason);
  }

  private static void assertRefused(Reason reason, Reason or, ThrowingCallable call) {
    assertThat(errorOf(call).getReason()).isIn(reason, or);
  }

  private static ErrorDetail errorOf(ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    assertThat(status).as("details of %s", thrown).isNotNull();
    assertThat(status.getDetailsList()).as("details of %s", thrown).hasSize(1);
    try {
      return status.getDetails(0).unpack(ErrorDetail.class);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
