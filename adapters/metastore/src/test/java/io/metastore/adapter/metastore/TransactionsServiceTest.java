package io.metastore.adapter.metastore;

import static io.metastore.adapter.metastore.NativeServer.bytes;
import static io.metastore.adapter.metastore.NativeServer.errorOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.CloseClientRequest;
import io.metastore.api.v1.CommitRequest;
import io.metastore.api.v1.CommitResponse;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.DeleteRequest;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.Fence;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.KeyRange;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.Keys;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.NewClientRequest;
import io.metastore.api.v1.Op;
import io.metastore.api.v1.Put;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.RangeOp;
import io.metastore.api.v1.ReleaseRequest;
import io.metastore.api.v1.SnapshotRequest;
import io.metastore.api.v1.TransactionsGrpc;
import io.metastore.api.v1.Unchanged;
import io.metastore.api.v1.Write;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TransactionsServiceTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private KeyValueGrpc.KeyValueBlockingStub kv;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private TransactionsGrpc.TransactionsBlockingStub txns;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    kv = KeyValueGrpc.newBlockingStub(server.channel);
    txns = TransactionsGrpc.newBlockingStub(server.channel);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  // --- Snapshot and Execute --------------------------------------------------------------------

  @Test
  void snapshotIsTheNewestRevision() {
    long revision = put("/snapshot/a");

    assertThat(snapshot()).isGreaterThanOrEqualTo(revision);
  }

  @Test
  void transactionCommitsIfNothingItReadChanged() {
    put("/exec/a");
    long read = snapshot();

    long revision =
        txns.execute(
                ExecuteRequest.newBuilder()
                    .setReadRevision(read)
                    .addReads(key("/exec/a"))
                    .addReads(subtree("/exec/none"))
                    .addWrites(putOf("/exec/b"))
                    .addWrites(Write.newBuilder().setDelete("/exec/a"))
                    .build())
            .getRevision();

    assertThat(revision).isGreaterThan(read);
    assertThat(get("/exec/b").getModRevision()).isEqualTo(revision);
    assertThat(exists("/exec/a")).isFalse();
  }

  @Test
  void conflictNamesTheRead() {
    put("/conflict/a");
    put("/conflict/deleted");
    put("/conflict/tree/x");
    long read = snapshot();
    ExecuteRequest.Builder quiet =
        ExecuteRequest.newBuilder()
            .setReadRevision(read)
            .addReads(key("/conflict/a"))
            .addWrites(putOf("/conflict/written"));

    put("/conflict/b");
    kv.delete(DeleteRequest.newBuilder().setKey("/conflict/deleted").build());
    put("/conflict/tree/y");

    assertConflict(quiet.clone().addReads(key("/conflict/b")), 1);
    assertConflict(quiet.clone().addReads(key("/conflict/deleted")), 1);
    assertConflict(quiet.clone().addReads(subtree("/conflict/tree")), 1);
    assertConflict(
        quiet
            .clone()
            .addReads(key("/conflict/none"))
            .addReads(
                Keys.newBuilder()
                    .setRange(KeyRange.newBuilder().setStart("/conflict/a").setEnd("/conflict/c"))
                    .build()),
        2);
    assertThat(exists("/conflict/written")).isFalse();
    txns.execute(quiet.build());
    assertThat(exists("/conflict/written")).isTrue();
  }

  @Test
  void conditionsOfAnInteractiveTransactionHaveTheirOwnIndexes() {
    long read = snapshot();
    ExecuteRequest request =
        ExecuteRequest.newBuilder()
            .setReadRevision(read)
            .addReads(key("/apart/a"))
            .addConditions(Condition.newBuilder().setAbsent(key("/apart/a")))
            .addConditions(Condition.newBuilder().setPresent("/apart/b"))
            .addWrites(putOf("/apart/c"))
            .build();

    assertThat(errorOf(() -> txns.execute(request)))
        .isEqualTo(ErrorDetail.newBuilder().setReason(Reason.CONDITION_FAILED).setIndex(1).build());
  }

  @Test
  void unchangedCanBeUsedAsACondition() {
    long before = put("/unchanged/a");
    put("/unchanged/a");
    Condition unchanged =
        Condition.newBuilder()
            .setUnchanged(
                Unchanged.newBuilder().setKeys(key("/unchanged/a")).setSinceRevision(before))
            .build();

    assertThat(
            errorOf(
                    () ->
                        kv.put(
                            PutRequest.newBuilder()
                                .setKey("/unchanged/b")
                                .addConditions(unchanged)
                                .build()))
                .getReason())
        .isEqualTo(Reason.CONDITION_FAILED);
  }

  // --- Commit ----------------------------------------------------------------------------------

  @Test
  void branchIsChosenByTheConditions() {
    Condition absent = Condition.newBuilder().setAbsent(key("/commit/a")).build();
    CommitRequest request =
        CommitRequest.newBuilder()
            .addConditions(absent)
            .addThen(write(putOf("/commit/a")))
            .addOtherwise(Op.newBuilder().setGet("/commit/a"))
            .build();

    CommitResponse made = txns.commit(request);
    CommitResponse found = txns.commit(request);

    assertThat(made.hasFailedCondition()).isFalse();
    assertThat(made.getResultsList()).hasSize(1);
    assertThat(found.getFailedCondition()).isZero();
    assertThat(found.hasFailedCondition()).isTrue();
    assertThat(found.getResults(0).getEntries(0).getModRevision()).isEqualTo(made.getRevision());
  }

  @Test
  void everyOperationHasItsResult() {
    put("/ops/tree/a");
    put("/ops/tree/b/c");
    put("/ops/single");

    CommitResponse response =
        txns.commit(
            CommitRequest.newBuilder()
                .addThen(write(putOf("/ops/new")))
                .addThen(Op.newBuilder().setGet("/ops/new"))
                .addThen(Op.newBuilder().setGet("/ops/none"))
                .addThen(write(Write.newBuilder().setDelete("/ops/single").build()))
                .addThen(
                    Op.newBuilder()
                        .setGetRange(
                            RangeOp.newBuilder()
                                .setKeys(subtree("/ops/tree"))
                                .setLimit(1)
                                .setKeysOnly(true)))
                .addThen(write(Write.newBuilder().setDeleteTree("/ops/tree").build()))
                .build());

    assertThat(response.getResultsList())
        .extracting(result -> result.getEntriesList().stream().map(Entry::getKey).toList())
        .containsExactly(
            List.of(),
            List.of("/ops/new"),
            List.of(),
            List.of(),
            List.of("/ops/tree/a"),
            List.of());
    assertThat(response.getResults(3).getDeletedKeys()).isEqualTo(1);
    assertThat(response.getResults(4).getMore()).isTrue();
    assertThat(response.getResults(5).getDeletedKeys()).isEqualTo(2);
  }

  @Test
  void readOnlyTransactionCreatesNoRevision() {
    long revision = put("/reads/a");

    CommitResponse response =
        txns.commit(
            CommitRequest.newBuilder()
                .addConditions(Condition.newBuilder().setPresent("/reads/a"))
                .addThen(Op.newBuilder().setGet("/reads/a"))
                .build());

    assertThat(response.getResults(0).getEntries(0).getModRevision()).isEqualTo(revision);
    assertThat(response.getRevision()).isEqualTo(revision);
  }

  // --- errors ----------------------------------------------------------------------------------

  @Test
  void keyMayBeWrittenOnce() {
    Write put = putOf("/dup/a/b");

    assertDuplicate(put, put);
    assertDuplicate(put, Write.newBuilder().setDelete("/dup/a/b").build());
    assertDuplicate(put, Write.newBuilder().setDeleteTree("/dup/a/b").build());
    assertDuplicate(put, Write.newBuilder().setDeleteTree("/dup/a").build());
    assertDuplicate(Write.newBuilder().setDeleteTree("/").build(), put);
    txns.execute(
        ExecuteRequest.newBuilder()
            .addWrites(put)
            .addWrites(Write.newBuilder().setDelete("/dup/a"))
            .addWrites(Write.newBuilder().setDeleteTree("/dup/a/bc"))
            .addWrites(Write.newBuilder().setDeleteTree("/dup/a/bc/d"))
            .build());
    assertThat(
            errorOf(
                () ->
                    txns.commit(
                        CommitRequest.newBuilder()
                            .addOtherwise(write(put))
                            .addOtherwise(write(put))
                            .build())))
        .isEqualTo(
            ErrorDetail.newBuilder()
                .setReason(Reason.DUPLICATE_KEY)
                .setField("otherwise")
                .setPath("/dup/a/b")
                .build());
  }

  @Test
  void malformedTransactionsNameTheField() {
    assertField("reads[1].subtree", read(1).addReads(key("/a")).addReads(subtree("b")));
    assertField("read_revision", read(0).addReads(key("/a")));
    assertField("writes[0]", read(1).addWrites(Write.getDefaultInstance()));
    assertField("writes[0].put.key", read(1).addWrites(putOf("a")));
    assertField(
        "writes[0].put.client_id",
        read(1)
            .addWrites(Write.newBuilder().setPut(Put.newBuilder().setKey("/a").setClientId(-1))));
    assertField("writes[0].delete", read(1).addWrites(Write.newBuilder().setDelete("/a/")));
    assertField(
        "writes[0].delete_tree", read(1).addWrites(Write.newBuilder().setDeleteTree("/a/")));
    assertThat(
            errorOf(
                    () ->
                        txns.commit(
                            CommitRequest.newBuilder().addThen(Op.getDefaultInstance()).build()))
                .getField())
        .isEqualTo("then[0]");
  }

  @Test
  void listsAreLimited() {
    ExecuteRequest.Builder request = read(1);
    for (int i = 0; i <= Limits.OPS_MAX; i++) {
      request.addWrites(putOf("/a" + i));
    }

    assertThat(errorOf(() -> txns.execute(request.build())))
        .isEqualTo(
            ErrorDetail.newBuilder()
                .setReason(Reason.TOO_MANY_OPS)
                .setField("writes")
                .setLimit(Limits.OPS_MAX)
                .build());
  }

  @Test
  void futureReadRevisionIsRefused() {
    long revision = snapshot();

    assertThat(
            errorOf(() -> txns.execute(read(revision + 1000).addReads(key("/a")).build()))
                .getReason())
        .isEqualTo(Reason.FUTURE_REVISION);
  }

  @Test
  void writesOfAClosedClientAreRefused() {
    var clients = ClientsGrpc.newBlockingStub(server.channel);
    long id = newClient();
    clients.closeClient(CloseClientRequest.newBuilder().setClientId(id).build());
    Write ephemeral =
        Write.newBuilder().setPut(Put.newBuilder().setKey("/closed/a").setClientId(id)).build();
    Write other = putOf("/closed/b");

    assertThat(
            errorOf(
                    () ->
                        txns.execute(
                            read(snapshot()).addWrites(other).addWrites(ephemeral).build()))
                .getReason())
        .isEqualTo(Reason.CLIENT_CLOSED);
    assertThat(
            errorOf(
                    () ->
                        txns.commit(
                            CommitRequest.newBuilder()
                                .addThen(write(other))
                                .addThen(write(ephemeral))
                                .build()))
                .getReason())
        .isEqualTo(Reason.CLIENT_CLOSED);
    assertThat(exists("/closed/b")).isFalse();
  }

  @Test
  void fencedTransactionOfAFormerHolderIsRefused() {
    long id = newClient();
    var locks = LocksGrpc.newBlockingStub(server.channel);
    long token =
        locks
            .acquire(AcquireRequest.newBuilder().setLock("/fence/lock").setClientId(id).build())
            .getToken();
    Condition fence =
        Condition.newBuilder()
            .setFence(Fence.newBuilder().setLock("/fence/lock").setToken(token))
            .build();
    ExecuteRequest execute =
        read(snapshot()).addConditions(fence).addWrites(putOf("/fence/a")).build();
    CommitRequest commit =
        CommitRequest.newBuilder()
            .addConditions(fence)
            .addThen(write(putOf("/fence/b")))
            .addOtherwise(write(putOf("/fence/c")))
            .build();
    txns.execute(execute);

    locks.release(ReleaseRequest.newBuilder().setLock("/fence/lock").setToken(token).build());
    kv.delete(DeleteRequest.newBuilder().setKey("/fence/a").build());

    assertThat(errorOf(() -> txns.execute(execute)))
        .isEqualTo(
            ErrorDetail.newBuilder().setReason(Reason.FENCED).setPath("/fence/lock").build());
    assertThat(exists("/fence/a")).isFalse();
    // In a one-shot transaction it is an ordinary condition.
    assertThat(txns.commit(commit).hasFailedCondition()).isTrue();
    assertThat(exists("/fence/b")).isFalse();
    assertThat(exists("/fence/c")).isTrue();
  }

  // --- helpers ---------------------------------------------------------------------------------

  private long newClient() {
    NewClientRequest request = NewClientRequest.newBuilder().setTtlMs(60_000).build();
    return ClientsGrpc.newBlockingStub(server.channel).newClient(request).getClientId();
  }

  private long put(String key) {
    return kv.put(PutRequest.newBuilder().setKey(key).setValue(bytes("x")).build()).getRevision();
  }

  private Entry get(String key) {
    return kv.get(GetRequest.newBuilder().setKey(key).build()).getEntry();
  }

  private boolean exists(String key) {
    return kv.get(GetRequest.newBuilder().setKey(key).build()).hasEntry();
  }

  private long snapshot() {
    return txns.snapshot(SnapshotRequest.getDefaultInstance()).getRevision();
  }

  private void assertConflict(ExecuteRequest.Builder request, int read) {
    assertThat(errorOf(() -> txns.execute(request.build())))
        .isEqualTo(ErrorDetail.newBuilder().setReason(Reason.CONFLICT).setIndex(read).build());
  }

  private void assertDuplicate(Write... writes) {
    assertThat(
            errorOf(
                () ->
                    txns.execute(
                        ExecuteRequest.newBuilder().addAllWrites(List.of(writes)).build())))
        .isEqualTo(
            ErrorDetail.newBuilder()
                .setReason(Reason.DUPLICATE_KEY)
                .setField("writes")
                .setPath("/dup/a/b")
                .build());
  }

  private void assertField(String field, ExecuteRequest.Builder request) {
    assertThat(errorOf(() -> txns.execute(request.build())).getField()).isEqualTo(field);
  }

  private static ExecuteRequest.Builder read(long revision) {
    return ExecuteRequest.newBuilder().setReadRevision(revision);
  }

  private static Keys key(String key) {
    return Keys.newBuilder().setKey(key).build();
  }

  private static Keys subtree(String directory) {
    return Keys.newBuilder().setSubtree(directory).build();
  }

  private static Write putOf(String key) {
    return Write.newBuilder().setPut(Put.newBuilder().setKey(key)).build();
  }

  private static Op write(Write write) {
    return Op.newBuilder().setWrite(write).build();
  }
}
