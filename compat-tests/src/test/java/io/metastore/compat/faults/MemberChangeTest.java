package io.metastore.compat.faults;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.Member;
import io.metastore.etcdapi.etcdserverpb.MemberAddRequest;
import io.metastore.etcdapi.etcdserverpb.MemberAddResponse;
import io.metastore.etcdapi.etcdserverpb.MemberListRequest;
import io.metastore.etcdapi.etcdserverpb.MemberPromoteRequest;
import io.metastore.etcdapi.etcdserverpb.MemberRemoveRequest;
import io.metastore.etcdapi.etcdserverpb.MoveLeaderRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** etcd's calls that change the members. Also runs against a real etcd. */
class MemberChangeTest {
  /** So few entries that new members need a snapshot. */
  private static final String SNAPSHOTS = "--snapshot-count=100";

  private static final int CLIENTS = 4;

  @Test
  void learnerIsAddedPromotedLeadsAndStaysAlone() throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.one(getClass(), SNAPSHOTS)) {
      ServerProcess first = cluster.only();
      ServerProcess second = cluster.addMember();
      for (int i = 0; i < 300; i++) {
        put(first, "key" + i);
      }

      MemberAddResponse added = add(first, second, /* learner= */ true);
      long id = added.getMember().getID();
      assertThat(added.getMember().getName()).isEmpty();
      assertThat(added.getMember().getIsLearner()).isTrue();
      assertThat(added.getMember().getPeerURLsList()).containsExactly(second.peerUrl());
      assertThat(added.getMembersList()).hasSize(2).isEqualTo(members(first));
      refusesWrongChanges(first, id);
      refusesOtherMembers(cluster, second);

      ClusterProcesses.configureToJoin(second, cluster.members(), SNAPSHOTS);
      second.start();
      Await.until(
          "the learner is listed as started", () -> find(first, id).getClientURLsCount() > 0);
      servesOnlyWhatLearnersServe(first, second);

      Await.until("the learner can be promoted", () -> promote(first, id).size() == 2);
      assertThat(find(first, id).getIsLearner()).isFalse();
      assertThatThrownBy(() -> promote(first, id))
          .hasMessage("FAILED_PRECONDITION: etcdserver: can only promote a learner member");
      put(second, "as a voter");
      moveLeader(first, id);
      Await.until("the new member leads", () -> first.status().getLeader() == id);

      // It is started with the same flags again.
      cluster.killAll();
      cluster.startAll();
      assertThat(keys(second)).isEqualTo(301);
      long firstId = first.status().getHeader().getMemberId();
      Await.until("the first member can be removed", () -> remove(second, firstId).size() == 1);
      assertThat(first.awaitExit()).isZero();
      put(second, "alone");
    }
  }

  private static void refusesWrongChanges(ServerProcess asked, long id) {
    long first = asked.status().getHeader().getMemberId();
    assertThatThrownBy(() -> promote(asked, id))
        .hasMessage(
            "FAILED_PRECONDITION: etcdserver: can only promote a learner member which is in sync"
                + " with leader");
    assertThatThrownBy(() -> promote(asked, first))
        .hasMessage("FAILED_PRECONDITION: etcdserver: can only promote a learner member");
    assertThatThrownBy(() -> promote(asked, 1))
        .hasMessage("NOT_FOUND: etcdserver: member not found");
    assertThatThrownBy(() -> remove(asked, 1))
        .hasMessage("NOT_FOUND: etcdserver: member not found");
    assertThatThrownBy(() -> remove(asked, first))
        .hasMessage(
            "FAILED_PRECONDITION: etcdserver: re-configuration failed due to not enough started"
                + " members");
    assertThatThrownBy(() -> add(asked, "http://127.0.0.1:1", /* learner= */ true))
        .hasMessage("FAILED_PRECONDITION: etcdserver: too many learner members in cluster");
    assertThatThrownBy(() -> add(asked, asked, /* learner= */ false))
        .hasMessage("FAILED_PRECONDITION: etcdserver: Peer URLs already exists");
    assertThatThrownBy(() -> add(asked, "127.0.0.1:1", /* learner= */ false))
        .hasMessage("INVALID_ARGUMENT: etcdserver: given member URLs are invalid");
  }

  /** The flags must list the members as they are. */
  private static void refusesOtherMembers(ClusterProcesses cluster, ServerProcess joining)
      throws Exception {
    ClusterProcesses.configureToJoin(joining, List.of(joining));
    joining.start();
    assertThat(joining.awaitExit()).isEqualTo(1);
    assertThat(joining.log())
        .contains("could not retrieve cluster information from the given URLs");

    ServerProcess unknown = cluster.addMember();
    ClusterProcesses.configureToJoin(unknown, cluster.members());
    unknown.start();
    assertThat(unknown.awaitExit()).isEqualTo(1);
    assertThat(unknown.log()).contains("error validating peerURLs {", "}: member count is unequal");

    ClusterProcesses.configureToJoin(unknown, List.of(cluster.members().get(0), unknown));
    unknown.start();
    assertThat(unknown.awaitExit()).isEqualTo(1);
    assertThat(unknown.log()).contains("PeerURLs: no match found for existing member (");
    cluster.forget(unknown);
  }

  private static void servesOnlyWhatLearnersServe(ServerProcess voter, ServerProcess learner)
      throws InterruptedException {
    Await.until("the learner has the data", () -> keys(learner) == keys(voter));
    assertThat(learner.status().getIsLearner()).isTrue();
    String refusal = "FAILED_PRECONDITION: etcdserver: rpc not supported for learner";
    assertThatThrownBy(() -> put(learner, "x")).hasMessage(refusal);
    assertThatThrownBy(() -> members(learner)).hasMessage(refusal);
    assertThatThrownBy(() -> kv(learner).range(RangeRequest.newBuilder().setKey(utf8("x")).build()))
        .hasMessage(refusal);
  }

  @Test
  void replacingEachMemberLosesNoWriteAndNoEvent() throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.three(getClass(), SNAPSHOTS)) {
      List<ServerProcess> old = cluster.members();
      List<ServerProcess> fresh = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        fresh.add(cluster.addMember());
      }
      CopyOnWriteArrayList<ServerProcess> serving = new CopyOnWriteArrayList<>(old);
      ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
      WatchOption all = WatchOption.builder().isPrefix(true).withRevision(1).build();
      Client client =
          Client.builder()
              .endpoints(cluster.members().stream().map(ServerProcess::endpoint).toList())
              .build();
      try (client;
          WriteLoad load = WriteLoad.roaming(serving, "replace/", CLIENTS)) {
        client.getWatchClient().watch(bytes("replace/"), all, response -> record(response, events));
        load.awaitMore(200);
        for (int i = 0; i < 3; i++) {
          replace(old.get(i), fresh.get(i), serving);
          if (i == 0) {
            // Its tables have less than its log: perhaps not even the entry that added it.
            fresh.get(i).kill();
            fresh.get(i).start();
            fresh.get(i).awaitReady();
          }
          load.awaitMore(100);
        }
        load.stop();
        History history = History.of(fresh.get(0), "replace/");
        history.assertAgreesWith(load);
        List<String> puts =
            history.puts().stream().map(put -> put.revision() + "=" + put.key()).toList();
        Await.until("the watch has seen all", () -> events.size() >= puts.size());
        assertThat(List.copyOf(events)).isEqualTo(puts);
        assertThat(members(fresh.get(2)))
            .extracting(Member::getName)
            .containsExactlyInAnyOrder("m4", "m5", "m6");
      }
    }
  }

  private static void record(WatchResponse response, Collection<String> events) {
    for (WatchEvent event : response.getEvents()) {
      KeyValue pair = event.getKeyValue();
      events.add(pair.getModRevision() + "=" + text(pair.getKey()));
    }
  }

  /** The way that etcd's manual recommends: remove a member, and add the next one. */
  private static void replace(
      ServerProcess leaving, ServerProcess joining, CopyOnWriteArrayList<ServerProcess> serving)
      throws Exception {
    long leavingId = leaving.status().getHeader().getMemberId();
    serving.remove(leaving);
    Await.until(
        leaving.name() + " can be removed",
        () -> remove(serving.get(0), leavingId).size() == serving.size());
    assertThat(leaving.awaitExit()).isZero();
    Await.until(
        joining.name() + " can be added",
        () -> add(serving.get(0), joining, /* learner= */ false).getMembersCount() == 3);
    List<ServerProcess> all = new ArrayList<>(serving);
    all.add(joining);
    ClusterProcesses.configureToJoin(joining, all, SNAPSHOTS);
    joining.start();
    joining.awaitReady();
    serving.add(joining);
  }

  @Test
  void removedLeaderEndsAndIsUnknownAfterwards() throws Exception {
    try (ClusterProcesses cluster = ClusterProcesses.three(getClass())) {
      ServerProcess leader = cluster.leader();
      ServerProcess asked = cluster.others(leader).get(0);
      ServerProcess other = cluster.others(leader).get(1);
      long id = leader.status().getHeader().getMemberId();

      assertThat(remove(asked, id)).extracting(Member::getID).hasSize(2).doesNotContain(id);
      assertThat(leader.awaitExit()).isZero();
      assertThatThrownBy(() -> remove(other, id))
          .hasMessage("NOT_FOUND: etcdserver: member not found");
      other.awaitReady();
    }
  }

  // --- calls -----------------------------------------------------------------------------------

  private static ClusterGrpc.ClusterBlockingStub cluster(ServerProcess asked) {
    return ClusterGrpc.newBlockingStub(asked.channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static KVGrpc.KVBlockingStub kv(ServerProcess asked) {
    return KVGrpc.newBlockingStub(asked.channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static MemberAddResponse add(ServerProcess asked, ServerProcess added, boolean learner) {
    return add(asked, added.peerUrl(), learner);
  }

  private static MemberAddResponse add(ServerProcess asked, String url, boolean learner) {
    return cluster(asked)
        .memberAdd(MemberAddRequest.newBuilder().addPeerURLs(url).setIsLearner(learner).build());
  }

  private static List<Member> promote(ServerProcess asked, long id) {
    return cluster(asked)
        .memberPromote(MemberPromoteRequest.newBuilder().setID(id).build())
        .getMembersList();
  }

  private static List<Member> remove(ServerProcess asked, long id) {
    return cluster(asked)
        .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build())
        .getMembersList();
  }

  private static List<Member> members(ServerProcess asked) {
    return cluster(asked)
        .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
        .getMembersList();
  }

  private static Member find(ServerProcess asked, long id) {
    return members(asked).stream().filter(member -> member.getID() == id).findAny().orElseThrow();
  }

  /** Does nothing if another member leads by now. */
  private static void moveLeader(ServerProcess leader, long to) {
    StatusResponse status = leader.status();
    if (status.getLeader() == status.getHeader().getMemberId()) {
      MaintenanceGrpc.newBlockingStub(leader.channel())
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(to).build());
    }
  }

  private static void put(ServerProcess asked, String key) {
    assertThat(kv(asked).put(PutRequest.newBuilder().setKey(utf8(key)).build()).hasHeader())
        .isTrue();
  }

  /** The number of keys on this member. */
  private static long keys(ServerProcess asked) {
    RangeRequest all =
        RangeRequest.newBuilder()
            .setKey(utf8("\0"))
            .setRangeEnd(utf8("\0"))
            .setCountOnly(true)
            .setSerializable(true)
            .build();
    return kv(asked).range(all).getCount();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
