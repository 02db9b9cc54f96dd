package io.metastore.adapter.metastore;

import static io.metastore.adapter.metastore.NativeServer.bytes;
import static io.metastore.adapter.metastore.NativeServer.errorOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.Consistency;
import io.metastore.api.v1.DeleteRequest;
import io.metastore.api.v1.DeleteResponse;
import io.metastore.api.v1.DeleteTreeRequest;
import io.metastore.api.v1.Entry;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRangeResponse;
import io.metastore.api.v1.GetRequest;
import io.metastore.api.v1.GetResponse;
import io.metastore.api.v1.KeyRange;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.Keys;
import io.metastore.api.v1.ModRevisionIs;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.PutResponse;
import io.metastore.api.v1.ValueIs;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compact;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Txn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeyValueServiceTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private KeyValueGrpc.KeyValueBlockingStub kv;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    kv = KeyValueGrpc.newBlockingStub(server.channel);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  // --- Put and Get -----------------------------------------------------------------------------

  @Test
  void putIsReadWithItsRevisions() {
    long created = put("/put/a", "1").getRevision();
    long changed = put("/put/a", "2").getRevision();

    GetResponse response = get("/put/a");

    assertThat(changed).isEqualTo(created + 1);
    assertThat(response.getRevision()).isGreaterThanOrEqualTo(changed);
    assertThat(response.getEntry())
        .isEqualTo(
            Entry.newBuilder()
                .setKey("/put/a")
                .setValue(bytes("2"))
                .setCreateRevision(created)
                .setModRevision(changed)
                .setVersion(2)
                .setValueSize(1)
                .build());
  }

  @Test
  void missingKeyIsNoError() {
    GetResponse response = get("/missing");

    assertThat(response.hasEntry()).isFalse();
    assertThat(response.getRevision()).isPositive();
  }

  @Test
  void oldRevisionIsReadAndReported() {
    long first = put("/old/a", "1").getRevision();
    put("/old/a", "2");

    GetResponse response =
        kv.get(
            GetRequest.newBuilder()
                .setKey("/old/a")
                .setRevision(first)
                .setConsistency(Consistency.SERIALIZABLE)
                .build());

    assertThat(response.getRevision()).isEqualTo(first);
    assertThat(response.getEntry().getValue()).isEqualTo(bytes("1"));
  }

  @Test
  void putReturnsThePreviousEntry() {
    put("/previous/a", "1");

    PutResponse response =
        kv.put(
            PutRequest.newBuilder()
                .setKey("/previous/a")
                .setValue(bytes("2"))
                .setReturnPrevious(true)
                .build());

    assertThat(response.getPrevious().getValue()).isEqualTo(bytes("1"));
    assertThat(put("/previous/a", "3").hasPrevious()).isFalse();
  }

  // --- conditions ------------------------------------------------------------------------------

  @Test
  void conditionsDecideWhetherAWriteHappens() {
    Condition absent = Condition.newBuilder().setAbsent(key("/cond/a")).build();
    Condition present = Condition.newBuilder().setPresent("/cond/a").build();
    assertThat(errorOf(() -> putIf("/cond/a", present))).isEqualTo(failedCondition(0));

    long made = putIf("/cond/a", absent).getRevision();

    assertThat(errorOf(() -> putIf("/cond/a", absent))).isEqualTo(failedCondition(0));
    assertThat(errorOf(() -> putIf("/cond/a", present, revisionIs("/cond/a", made + 1))))
        .isEqualTo(failedCondition(1));
    assertThat(errorOf(() -> putIf("/cond/a", valueIs("/cond/a", "y"))))
        .isEqualTo(failedCondition(0));
    assertThat(errorOf(() -> putIf("/cond/a", valueIs("/cond/none", ""))))
        .isEqualTo(failedCondition(0));
    putIf("/cond/a", present, revisionIs("/cond/a", made), valueIs("/cond/a", "x"));
  }

  @Test
  void absenceOfASubtreeIsACondition() {
    Condition empty =
        Condition.newBuilder().setAbsent(Keys.newBuilder().setSubtree("/emptiness")).build();
    put("/emptiness-b", "1");
    putIf("/emptiness", empty);
    put("/emptiness/b/c", "1");

    assertThat(errorOf(() -> putIf("/emptiness", empty)).getReason())
        .isEqualTo(Reason.CONDITION_FAILED);
  }

  @Test
  void failedConditionKeepsADeleteFromHappening() {
    put("/cond/delete/a", "1");
    Condition never = revisionIs("/cond/delete/a", 1);

    assertThat(
            errorOf(
                () ->
                    kv.delete(
                        DeleteRequest.newBuilder()
                            .setKey("/cond/delete/a")
                            .addConditions(never)
                            .build())))
        .isEqualTo(failedCondition(0));
    assertThat(
            errorOf(
                () ->
                    kv.deleteTree(
                        DeleteTreeRequest.newBuilder()
                            .setPath("/cond/delete")
                            .addConditions(never)
                            .build())))
        .isEqualTo(failedCondition(0));

    assertThat(get("/cond/delete/a").hasEntry()).isTrue();
  }

  // --- Delete and DeleteTree -------------------------------------------------------------------

  @Test
  void deleteReturnsWhetherTheKeyExisted() {
    put("/delete/a", "1");
    DeleteRequest request =
        DeleteRequest.newBuilder().setKey("/delete/a").setReturnPrevious(true).build();

    DeleteResponse first = kv.delete(request);
    DeleteResponse second = kv.delete(request);

    assertThat(first.getDeleted()).isTrue();
    assertThat(first.getPrevious().getValue()).isEqualTo(bytes("1"));
    assertThat(second.getDeleted()).isFalse();
    assertThat(second.hasPrevious()).isFalse();
    assertThat(second.getRevision()).isGreaterThanOrEqualTo(first.getRevision());
  }

  @Test
  void deleteTreeDeletesTheKeyAndAllBelowInOneRevision() {
    put("/tree", "1");
    put("/tree/a", "1");
    put("/tree/a/b", "1");
    put("/tree-b", "1");
    long last = put("/treeb", "1").getRevision();

    var response = kv.deleteTree(DeleteTreeRequest.newBuilder().setPath("/tree").build());

    assertThat(response.getDeletedKeys()).isEqualTo(3);
    assertThat(response.getRevision()).isEqualTo(last + 1);
    assertThat(get("/tree").hasEntry()).isFalse();
    assertThat(get("/tree-b").hasEntry()).isTrue();
    assertThat(get("/treeb").hasEntry()).isTrue();
  }

  // --- GetRange --------------------------------------------------------------------------------

  @Test
  void subtreeIsReadInOrderWithoutItsSiblings() {
    put("/range", "0");
    put("/range/b", "2");
    put("/range/a/c", "1");
    put("/range-a", "0");
    put("/range0", "0");

    List<GetRangeResponse> responses =
        range(GetRangeRequest.newBuilder().setKeys(subtree("/range")).build());

    assertThat(keys(responses)).containsExactly("/range/a/c", "/range/b");
    assertThat(responses).extracting(GetRangeResponse::getMore).containsOnly(false);
  }

  @Test
  void rangeIncludesItsStartAndExcludesItsEnd() {
    for (String key : List.of("/between/a", "/between/b", "/between/c", "/between/d")) {
      put(key, "1");
    }

    assertThat(keys(range(between("/between/b", "/between/d").build())))
        .containsExactly("/between/b", "/between/c");
    assertThat(keys(range(between("/between/d", "/between/b").build()))).isEmpty();
    assertThat(keys(range(between("/between/a", "/between/d").setAfter("/between/a").build())))
        .containsExactly("/between/b", "/between/c");
    assertThat(keys(range(between("/between/b", "/between/d").setAfter("/between").build())))
        .containsExactly("/between/b", "/between/c");
    assertThat(
            keys(
                range(
                    GetRangeRequest.newBuilder()
                        .setKeys(key("/between/b"))
                        .setAfter("/between/b")
                        .build())))
        .isEmpty();
  }

  @Test
  void unboundedRangeHasAllPathsAndNothingElse() throws Exception {
    putRaw("no-path");
    putRaw("/no//path");
    putRaw("0");
    put("/~last", "1");

    List<String> keys =
        keys(
            range(
                GetRangeRequest.newBuilder()
                    .setKeys(Keys.newBuilder().setRange(KeyRange.getDefaultInstance()))
                    .setKeysOnly(true)
                    .build()));

    assertThat(keys).contains("/~last").allMatch(key -> Paths.findProblem(key) == null);
  }

  @Test
  void limitIsAppliedAndMoreIsReported() {
    put("/limit/a", "1");
    put("/limit/b", "1");
    GetRangeRequest.Builder request = GetRangeRequest.newBuilder().setKeys(subtree("/limit"));

    List<GetRangeResponse> one = range(request.setLimit(1).setKeysOnly(true).build());
    List<GetRangeResponse> two = range(request.setLimit(2).build());

    assertThat(keys(one)).containsExactly("/limit/a");
    assertThat(one.get(0).getMore()).isTrue();
    assertThat(one.get(0).getEntries(0).getValue()).isEqualTo(ByteString.EMPTY);
    assertThat(one.get(0).getEntries(0).getValueSize()).isEqualTo(1);
    assertThat(keys(two)).containsExactly("/limit/a", "/limit/b");
    assertThat(two.get(two.size() - 1).getMore()).isFalse();
  }

  @Test
  void emptyRangeIsOneAnswerWithItsRevision() {
    List<GetRangeResponse> responses =
        range(GetRangeRequest.newBuilder().setKeys(subtree("/nothing/there")).build());

    assertThat(responses)
        .singleElement()
        .satisfies(response -> assertThat(response.getRevision()).isPositive());
  }

  @Test
  void largeValuesComeInManyAnswersOfBoundedSize() {
    ByteString large = ByteString.copyFrom(new byte[100_000]);
    for (int i = 0; i < 20; i++) {
      kv.put(PutRequest.newBuilder().setKey("/large/" + i).setValue(large).build());
    }

    List<GetRangeResponse> responses =
        range(GetRangeRequest.newBuilder().setKeys(subtree("/large")).build());

    assertThat(keys(responses)).hasSize(20);
    assertThat(responses)
        .allSatisfy(
            response ->
                assertThat(response.getSerializedSize()).isLessThan((256 << 10) + 100_000 + 1_000));
    assertThat(responses)
        .extracting(GetRangeResponse::getRevision)
        .containsOnly(responses.get(0).getRevision());
  }

  // --- errors ----------------------------------------------------------------------------------

  @Test
  void badPathsAreRefusedWithPartAndPosition() {
    ErrorDetail detail = errorOf(() -> get("/a/../b"));

    assertThat(detail)
        .isEqualTo(
            ErrorDetail.newBuilder()
                .setReason(Reason.BAD_PATH)
                .setField("key")
                .setPath("/a/../b")
                .setPart("..")
                .setPosition(3)
                .build());
    assertThat(errorOf(() -> put("a", "1")).getField()).isEqualTo("key");
    assertThat(errorOf(() -> range(between("/a", "/b/").build())))
        .satisfies(
            refused -> assertThat(refused.getField()).isEqualTo("keys.range.end"),
            refused -> assertThat(refused.getReason()).isEqualTo(Reason.BAD_PATH));
    assertThat(
            errorOf(() -> kv.deleteTree(DeleteTreeRequest.newBuilder().setPath("/a/").build()))
                .getField())
        .isEqualTo("path");
  }

  @Test
  void missingOrImpossibleFieldsAreRefused() {
    assertBadRequest("keys", () -> range(GetRangeRequest.getDefaultInstance()));
    assertBadRequest("limit", () -> range(between("/a", "/b").setLimit(-1).build()));
    assertBadRequest(
        "revision", () -> kv.get(GetRequest.newBuilder().setKey("/a").setRevision(-1).build()));
    assertBadRequest(
        "consistency",
        () -> kv.get(GetRequest.newBuilder().setKey("/a").setConsistencyValue(9).build()));
    assertBadRequest(
        "client_id", () -> kv.put(PutRequest.newBuilder().setKey("/a").setClientId(-1).build()));
    assertBadRequest("conditions[0]", () -> putIf("/a", Condition.getDefaultInstance()));
    assertBadRequest("conditions[0].mod_revision.revision", () -> putIf("/a", revisionIs("/a", 0)));
  }

  @Test
  void tooManyConditionsAreRefused() {
    PutRequest.Builder request = PutRequest.newBuilder().setKey("/a");
    for (int i = 0; i <= Limits.OPS_MAX; i++) {
      request.addConditions(revisionIs("/a", 1));
    }

    assertThat(errorOf(() -> kv.put(request.build())))
        .isEqualTo(
            ErrorDetail.newBuilder()
                .setReason(Reason.TOO_MANY_OPS)
                .setField("conditions")
                .setLimit(Limits.OPS_MAX)
                .build());
  }

  @Test
  void oversizeRequestsAreRefusedWithTheLimit() {
    ByteString huge = ByteString.copyFrom(new byte[NativeServer.MAX_REQUEST_BYTES]);

    assertThat(errorOf(() -> kv.put(PutRequest.newBuilder().setKey("/a").setValue(huge).build())))
        .isEqualTo(
            ErrorDetail.newBuilder()
                .setReason(Reason.TOO_LARGE)
                .setLimit(NativeServer.MAX_REQUEST_BYTES)
                .build());
  }

  @Test
  void ephemeralKeyNeedsItsClient() {
    assertThat(
            errorOf(
                    () ->
                        kv.put(PutRequest.newBuilder().setKey("/a").setClientId(1L << 40).build()))
                .getReason())
        .isEqualTo(Reason.UNKNOWN_CLIENT);
  }

  @Test
  void unavailableRevisionsAreRefusedWithTheAvailableOnes(@TempDir Path directory)
      throws Exception {
    try (NativeServer own = NativeServer.start(directory)) {
      KeyValueGrpc.KeyValueBlockingStub store = KeyValueGrpc.newBlockingStub(own.channel);
      store.put(PutRequest.newBuilder().setKey("/a").build());
      long newest = store.put(PutRequest.newBuilder().setKey("/a").build()).getRevision();
      own.node()
          .submit(Command.newBuilder().setCompact(Compact.newBuilder().setRevision(newest)).build())
          .get(NativeServer.TIMEOUT_S, TimeUnit.SECONDS);

      assertThat(
              errorOf(
                  () ->
                      store.get(
                          GetRequest.newBuilder().setKey("/a").setRevision(newest - 1).build())))
          .isEqualTo(
              ErrorDetail.newBuilder().setReason(Reason.COMPACTED).setRevision(newest).build());
      assertThat(
              errorOf(
                  () ->
                      store
                          .getRange(
                              GetRangeRequest.newBuilder()
                                  .setKeys(subtree("/"))
                                  .setRevision(newest + 1)
                                  .build())
                          .next()))
          .isEqualTo(
              ErrorDetail.newBuilder()
                  .setReason(Reason.FUTURE_REVISION)
                  .setRevision(newest)
                  .build());
    }
  }

  // --- helpers ---------------------------------------------------------------------------------

  private PutResponse put(String key, String value) {
    return kv.put(PutRequest.newBuilder().setKey(key).setValue(bytes(value)).build());
  }

  private PutResponse putIf(String key, Condition... conditions) {
    return kv.put(
        PutRequest.newBuilder()
            .setKey(key)
            .setValue(bytes("x"))
            .addAllConditions(List.of(conditions))
            .build());
  }

  /** Puts a key that need not be a valid path, as an etcd client can. */
  private void putRaw(String key) throws Exception {
    Op put = Op.newBuilder().setPut(Put.newBuilder().setKey(bytes(key))).build();
    server
        .node()
        .submit(Command.newBuilder().setTxn(Txn.newBuilder().addSuccess(put)).build())
        .get(NativeServer.TIMEOUT_S, TimeUnit.SECONDS);
  }

  private GetResponse get(String key) {
    return kv.get(GetRequest.newBuilder().setKey(key).build());
  }

  private List<GetRangeResponse> range(GetRangeRequest request) {
    List<GetRangeResponse> responses = new ArrayList<>();
    Iterator<GetRangeResponse> stream = kv.getRange(request);
    stream.forEachRemaining(responses::add);
    return responses;
  }

  private static List<String> keys(List<GetRangeResponse> responses) {
    return responses.stream()
        .flatMap(response -> response.getEntriesList().stream())
        .map(Entry::getKey)
        .toList();
  }

  private static Keys key(String key) {
    return Keys.newBuilder().setKey(key).build();
  }

  private static Keys subtree(String directory) {
    return Keys.newBuilder().setSubtree(directory).build();
  }

  private static GetRangeRequest.Builder between(String start, String end) {
    return GetRangeRequest.newBuilder()
        .setKeys(Keys.newBuilder().setRange(KeyRange.newBuilder().setStart(start).setEnd(end)));
  }

  private static Condition revisionIs(String key, long revision) {
    return Condition.newBuilder()
        .setModRevision(ModRevisionIs.newBuilder().setKey(key).setRevision(revision))
        .build();
  }

  private static Condition valueIs(String key, String value) {
    return Condition.newBuilder()
        .setValue(ValueIs.newBuilder().setKey(key).setValue(bytes(value)))
        .build();
  }

  private static ErrorDetail failedCondition(int index) {
    return ErrorDetail.newBuilder().setReason(Reason.CONDITION_FAILED).setIndex(index).build();
  }

  private static void assertBadRequest(
      String field, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThat(errorOf(call))
        .isEqualTo(ErrorDetail.newBuilder().setReason(Reason.BAD_REQUEST).setField(field).build());
  }
}
