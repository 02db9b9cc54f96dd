package io.metastore.adapter.metastore;

import static io.metastore.adapter.metastore.NativeServer.bytes;
import static io.metastore.adapter.metastore.NativeServer.errorOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.CommitRequest;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.CreateZnode;
import io.metastore.api.v1.DeleteZnode;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.ExecuteResponse;
import io.metastore.api.v1.Fence;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetZnodeRequest;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.ListZnodesRequest;
import io.metastore.api.v1.ListZnodesResponse;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.api.v1.Op;
import io.metastore.api.v1.Put;
import io.metastore.api.v1.PutUserRequest;
import io.metastore.api.v1.ReleaseRequest;
import io.metastore.api.v1.SetZnode;
import io.metastore.api.v1.StatusRequest;
import io.metastore.api.v1.TransactionsGrpc;
import io.metastore.api.v1.WatchZnodesRequest;
import io.metastore.api.v1.WatchZnodesResponse;
import io.metastore.api.v1.Write;
import io.metastore.api.v1.Znode;
import io.metastore.api.v1.ZnodeAccess;
import io.metastore.api.v1.ZnodeEvent;
import io.metastore.api.v1.ZnodeRead;
import io.metastore.api.v1.ZnodesGrpc;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Reads, watches and transactions of znodes. Each test uses its own node below the root. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ZnodesServiceTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private ZnodesGrpc.ZnodesBlockingStub znodes;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private TransactionsGrpc.TransactionsBlockingStub txns;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    znodes = ZnodesGrpc.newBlockingStub(server.channel);
    txns = TransactionsGrpc.newBlockingStub(server.channel);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aMemberWhoseDataIsWrongShowsNoZnodes() throws Exception {
    setCorrupt(true);
    try {
      GetZnodeRequest get = GetZnodeRequest.newBuilder().setPath("/").build();
      assertThat(errorOf(() -> znodes.getZnode(get)).getReason()).isEqualTo(Reason.CORRUPT);
      ListZnodesRequest list = ListZnodesRequest.newBuilder().setPath("/").build();
      assertThat(errorOf(() -> znodes.listZnodes(list)).getReason()).isEqualTo(Reason.CORRUPT);
    } finally {
      setCorrupt(false);
    }
  }

  private void setCorrupt(boolean raised) throws Exception {
    Alarm alarm = Alarm.newBuilder().setKind(Alarm.Kind.CORRUPT).setMemberId(1).build();
    ChangeAlarm change = ChangeAlarm.newBuilder().setAlarm(alarm).setRaised(raised).build();
    Outcome outcome =
        server
            .node()
            .submit(Command.newBuilder().setChangeAlarm(change).build())
            .get(NativeServer.TIMEOUT_S, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(Outcome.AlarmChanged.class);
  }

  @Test
  void keysAndZnodesAreWrittenInOneRevision() {
    ExecuteResponse done = execute(create("/one"), create("/one/a"), set("/one", 0), put("/one"));

    Znode parent = get("/one");
    assertThat(parent.getCreateRevision()).isEqualTo(done.getRevision());
    assertThat(parent.getVersion()).isEqualTo(1);
    assertThat(parent.getChildren()).isEqualTo(1);
    assertThat(get("/one/a").getCreateRevision()).isEqualTo(done.getRevision());
    assertThat(
            KeyValueGrpc.newBlockingStub(server.channel)
                .get(GetRequest.newBuilder().setKey("/one").build())
                .getEntry()
                .getModRevision())
        .isEqualTo(done.getRevision());
    assertThat(done.getCreatedZnodesList()).containsExactly("/one", "/one/a");
  }

  @Test
  void aRefusedOperationUndoesTheWholeTransaction() {
    long revision = execute(create("/undone")).getRevision();

    assertThat(
            errorOf(() -> execute(create("/undone/a"), put("/undone"), create("/undone/b/c")))
                .getReason())
        .isEqualTo(Reason.UNKNOWN_ZNODE);
    assertThat(errorOf(() -> execute(create("/undone"))).getReason())
        .isEqualTo(Reason.ZNODE_EXISTS);
    assertThat(errorOf(() -> execute(set("/undone", 7))).getReason())
        .isEqualTo(Reason.ZNODE_VERSION);
    assertThat(errorOf(() -> execute(delete("/"))).getReason()).isEqualTo(Reason.ZNODE_REFUSED);
    assertThat(errorOf(() -> execute(create("/undone/"))).getReason())
        .isEqualTo(Reason.ZNODE_REFUSED);

    assertThat(get("/undone").getChildren()).isZero();
    assertThat(execute(put("/undone")).getRevision()).isEqualTo(revision + 1);
    execute(create("/undone/a"));
    assertThat(errorOf(() -> execute(delete("/undone"))).getReason())
        .isEqualTo(Reason.ZNODE_NOT_EMPTY);
  }

  @Test
  void aLockGuardsZnodes() {
    execute(create("/guarded"));
    long client =
        ClientsGrpc.newBlockingStub(server.channel)
            .newClient(NewClientRequest.getDefaultInstance())
            .getClientId();
    LocksGrpc.LocksBlockingStub locks = LocksGrpc.newBlockingStub(server.channel);
    long token =
        locks
            .acquire(
                AcquireRequest.newBuilder().setLock("/guarded/lock").setClientId(client).build())
            .getToken();
    ExecuteRequest write =
        ExecuteRequest.newBuilder()
            .addConditions(
                Condition.newBuilder()
                    .setFence(Fence.newBuilder().setLock("/guarded/lock").setToken(token)))
            .addWrites(set("/guarded", null))
            .build();

    txns.execute(write);
    locks.release(ReleaseRequest.newBuilder().setLock("/guarded/lock").setToken(token).build());

    assertThat(errorOf(() -> txns.execute(write)).getReason()).isEqualTo(Reason.FENCED);
    assertThat(get("/guarded").getVersion()).isEqualTo(1);
  }

  @Test
  void aTransactionFailsIfAZnodeThatItReadHasChanged() {
    execute(create("/read"), create("/read/a"));
    Znode read = get("/read");
    ExecuteRequest.Builder request =
        ExecuteRequest.newBuilder()
            .addZnodeReads(ZnodeRead.newBuilder().setPath("/read/none").setAbsent(true))
            .addZnodeReads(
                ZnodeRead.newBuilder()
                    .setPath("/read")
                    .setCreateRevision(read.getCreateRevision())
                    .setModRevision(read.getModRevision()))
            .addWrites(put("/read"));
    ExecuteRequest withoutChildren = request.build();
    request.getZnodeReadsBuilder(1).setChildrenRevision(read.getChildrenRevision());
    ExecuteRequest withChildren = request.build();

    txns.execute(withChildren);
    execute(create("/read/b"));
    assertThat(errorOf(() -> txns.execute(withChildren)))
        .returns(Reason.CONFLICT, e -> e.getReason())
        .returns(1, e -> e.getIndex());
    txns.execute(withoutChildren);
    execute(set("/read", null));
    assertThat(errorOf(() -> txns.execute(withoutChildren)).getIndex()).isEqualTo(1);
    execute(create("/read/none"));
    assertThat(errorOf(() -> txns.execute(withoutChildren)).getIndex()).isZero();
  }

  @Test
  void conditionsOnZnodesChooseTheBranchOfACommit() {
    CommitRequest request =
        CommitRequest.newBuilder()
            .addConditions(Condition.newBuilder().setZnodeAbsent("/branch"))
            .addThen(Op.newBuilder().setWrite(create("/branch")))
            .addOtherwise(Op.newBuilder().setGet("/branch"))
            .build();

    assertThat(txns.commit(request).getResults(0).getCreatedZnode()).isEqualTo("/branch");
    assertThat(txns.commit(request).getFailedCondition()).isZero();
    CommitRequest onlyReads =
        CommitRequest.newBuilder()
            .addConditions(Condition.newBuilder().setZnodePresent("/branch"))
            .addThen(Op.newBuilder().setGet("/branch"))
            .build();
    assertThat(txns.commit(onlyReads).hasFailedCondition()).isFalse();
  }

  @Test
  void childrenAreListedInPages() {
    execute(create("/list"));
    for (String name : List.of("c", "a", "b", "e", "d")) {
      execute(create("/list/" + name));
    }
    List<String> paths = new ArrayList<>();
    ListZnodesRequest.Builder request = ListZnodesRequest.newBuilder().setPath("/list");
    do {
      ListZnodesResponse page = znodes.listZnodes(request.setPageSize(2).build());
      page.getChildrenList().forEach(child -> paths.add(child.getPath()));
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());

    assertThat(paths).containsExactly("/list/a", "/list/b", "/list/c", "/list/d", "/list/e");
    assertThat(errorOf(() -> znodes.listZnodes(request.setPath("/list/none").build())).getReason())
        .isEqualTo(Reason.UNKNOWN_ZNODE);
  }

  @Test
  void watchesReportChangesInOrder() {
    execute(create("/watched"));
    Received<WatchZnodesRequest, WatchZnodesResponse> watch = new Received<>(10);
    ZnodesGrpc.newStub(server.channel)
        .watchZnodes(
            WatchZnodesRequest.newBuilder().setPath("/watched").setRecursive(true).build(), watch);
    assertThat(watch.next().getEventsCount()).isZero();

    execute(create("/watched-not"));
    execute(create("/watched/a"));
    execute(set("/watched/a", null));
    execute(delete("/watched/a"));

    List<String> seen = new ArrayList<>();
    while (seen.size() < 5) {
      for (ZnodeEvent event : watch.next().getEventsList()) {
        seen.add(event.getKind() + " " + event.getPath());
      }
    }
    assertThat(seen)
        .containsExactly(
            "CREATED /watched/a",
            "CHILDREN_CHANGED /watched",
            "DATA_CHANGED /watched/a",
            "DELETED /watched/a",
            "CHILDREN_CHANGED /watched");
    watch.cancel();
  }

  @Test
  void statusCountsZnodes() {
    execute(create("/counted"));
    assertThat(
            ClusterGrpc.newBlockingStub(server.channel)
                .status(StatusRequest.getDefaultInstance())
                .getZnodes())
        .isGreaterThanOrEqualTo(5);
  }

  @Test
  void accessListsDecideWhoMayReadAndWrite(@TempDir Path directory) throws Exception {
    try (NativeServer guarded = NativeServer.start(directory)) {
      TransactionsGrpc.TransactionsBlockingStub anyone =
          TransactionsGrpc.newBlockingStub(guarded.channel);
      CreateZnode ofAlice =
          CreateZnode.newBuilder()
              .setPath("/mine")
              .addAccess(
                  ZnodeAccess.newBuilder().setPermissions(31).setScheme("metastore").setId("alice"))
              .build();
      anyone.execute(request(Write.newBuilder().setCreateZnode(ofAlice).build()));
      GetZnodeRequest read = GetZnodeRequest.newBuilder().setPath("/mine").build();
      // While access control is off, nobody is alice.
      assertThat(errorOf(() -> ZnodesGrpc.newBlockingStub(guarded.channel).getZnode(read)))
          .returns(Reason.PERMISSION_DENIED, e -> e.getReason());
      assertThat(errorOf(() -> anyone.execute(request(set("/mine", null)))).getReason())
          .isEqualTo(Reason.PERMISSION_DENIED);

      AclGrpc.AclBlockingStub acl = AclGrpc.newBlockingStub(guarded.channel);
      acl.putUser(PutUserRequest.newBuilder().setName("alice").build());
      acl.putUser(PutUserRequest.newBuilder().setName("bob").build());
      guarded.enableAccess();

      for (String user : List.of("alice", "root")) {
        var channel = guarded.channelOfUser(user);
        TransactionsGrpc.newBlockingStub(channel).execute(request(set("/mine", null)));
        assertThat(ZnodesGrpc.newBlockingStub(channel).getZnode(read).hasZnode()).isTrue();
      }
      var bob = guarded.channelOfUser("bob");
      assertThat(errorOf(() -> ZnodesGrpc.newBlockingStub(bob).getZnode(read)).getReason())
          .isEqualTo(Reason.PERMISSION_DENIED);
      assertThat(
              errorOf(
                      () ->
                          TransactionsGrpc.newBlockingStub(bob)
                              .execute(request(set("/mine", null))))
                  .getReason())
          .isEqualTo(Reason.PERMISSION_DENIED);
      assertThat(errorOf(() -> anyone.execute(request(set("/mine", null)))).getReason())
          .isEqualTo(Reason.UNAUTHENTICATED);
    }
  }

  private Znode get(String path) {
    return znodes.getZnode(GetZnodeRequest.newBuilder().setPath(path).build()).getZnode();
  }

  private ExecuteResponse execute(Write... writes) {
    return txns.execute(request(writes));
  }

  private static ExecuteRequest request(Write... writes) {
    return ExecuteRequest.newBuilder().addAllWrites(List.of(writes)).build();
  }

  private static Write create(String path) {
    return Write.newBuilder()
        .setCreateZnode(CreateZnode.newBuilder().setPath(path).setData(bytes("data")))
        .build();
  }

  /**
   * @param version null for any
   */
  private static Write set(String path, @Nullable Integer version) {
    SetZnode.Builder set = SetZnode.newBuilder().setPath(path).setData(bytes("other"));
    if (version != null) {
      set.setVersion(version);
    }
    return Write.newBuilder().setSetZnode(set).build();
  }

  private static Write delete(String path) {
    return Write.newBuilder().setDeleteZnode(DeleteZnode.newBuilder().setPath(path)).build();
  }

  private static Write put(String key) {
    return Write.newBuilder().setPut(Put.newBuilder().setKey(key).setValue(bytes("value"))).build();
  }
}
