package io.metastore.bench.faults.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.metastore.bench.faults.etcd.Journal.Snapshot;
import io.metastore.bench.linearizable.Operation;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeResponse;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.KVGrpc.KVBlockingStub;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.PutResponse;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.ResponseOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.TxnResponse;
import io.metastore.etcdapi.mvccpb.KeyValue;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that reads, writes and compares a few keys. Runs on its own thread. */
final class EtcdClient extends Client {
  static final String PREFIX = "faults/";
  static final String GROUP = PREFIX + "group/";
  private static final String SINGLE = PREFIX + "key/";
  private static final int KEYS = 8;
  private static final int GROUP_KEYS = 3;
  private static final int PAUSE_MAX_MS = 20;

  /** After an error, because a member that is down refuses at once. */
  private static final int ERROR_PAUSE_MAX_MS = 300;

  /** The values that it saw last, so that some of its conditions hold. */
  private final Map<String, String> known = new HashMap<>();

  private int requests;

  EtcdClient(String name, long seed, Channels channels, Journal journal) {
    super(name, seed, channels, journal);
  }

  @Override
  int step() {
    return request() ? PAUSE_MAX_MS : ERROR_PAUSE_MAX_MS;
  }

  /** Makes one call, and returns whether it was answered. */
  private boolean request() {
    int dice = random.nextInt(100);
    if (dice < 8) {
      return readSnapshot();
    }
    requests++;
    String id = name + "." + requests;
    String key = SINGLE + random.nextInt(KEYS);
    if (dice < 30) {
      return call(new Request(id, Map.of(), Map.of(), Set.of(key)));
    }
    if (dice < 60) {
      return call(new Request(id, Map.of(), Map.of(key, id), Set.of()));
    }
    if (dice < 65) {
      return call(new Request(id, Map.of(), deletion(key), Set.of()));
    }
    if (dice < 80) {
      return call(new Request(id, asKnown(key), Map.of(key, id), Set.of()));
    }
    return call(groupRequest(id));
  }

  /** A transaction on the keys that are checked together. */
  private Request groupRequest(String id) {
    String first = GROUP + random.nextInt(GROUP_KEYS);
    String second = GROUP + random.nextInt(GROUP_KEYS);
    String third = GROUP + random.nextInt(GROUP_KEYS);
    return switch (random.nextInt(4)) {
      case 0 -> readOfGroup(id);
      case 1 -> {
        Map<String, @Nullable String> writes = deletion(first);
        writes.put(second, id);
        yield new Request(id, asKnown(third), writes, Set.of());
      }
      default -> {
        Map<String, @Nullable String> expected = asKnown(first);
        expected.putAll(asKnown(second));
        Map<String, String> writes = new HashMap<>(Map.of(first, id));
        writes.put(third, id);
        yield new Request(id, expected, writes, Set.of());
      }
    };
  }

  private static Request readOfGroup(String id) {
    return new Request(id, Map.of(), Map.of(), Set.of(GROUP + 0, GROUP + 1, GROUP + 2));
  }

  private static Map<String, @Nullable String> deletion(String key) {
    Map<String, @Nullable String> writes = new LinkedHashMap<>();
    writes.put(key, null);
    return writes;
  }

  private Map<String, @Nullable String> asKnown(String key) {
    Map<String, @Nullable String> expected = new LinkedHashMap<>();
    expected.put(key, known.get(key));
    return expected;
  }

  private boolean call(Request request) {
    long startNanos = System.nanoTime();
    try {
      Answer answer = send(request);
      journal.add(new Operation<>(request, answer, startNanos, System.nanoTime()));
      learn(request, answer);
      return true;
    } catch (StatusRuntimeException e) {
      boolean hadNoEffect = journal.judge("request " + request, e);
      if (!request.isReadOnly() && !hadNoEffect) {
        journal.add(Operation.unknown(request, startNanos));
      }
      channels.change(random);
      return false;
    }
  }

  private void learn(Request request, Answer answer) {
    for (String key : request.keys()) {
      String value =
          answer.succeeded() && request.writes().containsKey(key)
              ? request.writes().get(key)
              : answer.before().get(key);
      if (value == null) {
        known.remove(key);
      } else {
        known.put(key, value);
      }
    }
  }

  /** Reads all keys once more, after the run. */
  void readAtTheEnd() {
    for (int i = 0; i < KEYS; i++) {
      call(new Request(name + ".end" + i, Map.of(), Map.of(), Set.of(SINGLE + i)));
    }
    call(readOfGroup(name + ".end"));
  }

  private Answer send(Request request) {
    KVBlockingStub kv = withDeadline(KVGrpc.newBlockingStub(channels.current()));
    Map<String, String> before = new HashMap<>();
    if (request.keys().size() > 1 || !request.expected().isEmpty()) {
      TxnResponse response = kv.txn(transaction(request));
      response.getResponsesList().forEach(part -> addValues(part, before));
      return new Answer(response.getSucceeded(), before, response.getHeader().getRevision());
    }
    String key = request.keys().iterator().next();
    if (request.isReadOnly()) {
      RangeResponse response = kv.range(range(key));
      addValues(response.getKvsList(), before);
      return new Answer(true, before, response.getHeader().getRevision());
    }
    if (request.puts()) {
      PutResponse response = kv.put(put(key, request.id()));
      addValues(response.hasPrevKv() ? List.of(response.getPrevKv()) : List.of(), before);
      return new Answer(true, before, response.getHeader().getRevision());
    }
    DeleteRangeResponse response = kv.deleteRange(delete(key));
    addValues(response.getPrevKvsList(), before);
    return new Answer(true, before, response.getHeader().getRevision());
  }

  private <S extends AbstractStub<S>> S withDeadline(S stub) {
    return stub.withDeadlineAfter(500 + random.nextInt(4_000), TimeUnit.MILLISECONDS);
  }

  private static TxnRequest transaction(Request request) {
    TxnRequest.Builder transaction = TxnRequest.newBuilder();
    request
        .expected()
        .forEach(
            (key, value) -> {
              Compare.Builder compare =
                  transaction
                      .addCompareBuilder()
                      .setKey(bytes(key))
                      .setResult(Compare.CompareResult.EQUAL);
              if (value == null) {
                compare.setTarget(Compare.CompareTarget.VERSION).setVersion(0);
              } else {
                compare.setTarget(Compare.CompareTarget.VALUE).setValue(bytes(value));
              }
            });
    for (String key : request.keys()) {
      RequestOp read = RequestOp.newBuilder().setRequestRange(range(key)).build();
      transaction.addFailure(read);
      String value = request.writes().get(key);
      if (value != null) {
        transaction.addSuccess(RequestOp.newBuilder().setRequestPut(put(key, value)));
      } else if (request.writes().containsKey(key)) {
        transaction.addSuccess(RequestOp.newBuilder().setRequestDeleteRange(delete(key)));
      } else {
        transaction.addSuccess(read);
      }
    }
    return transaction.build();
  }

  private static RangeRequest range(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key)).build();
  }

  private static PutRequest put(String key, String value) {
    return PutRequest.newBuilder()
        .setKey(bytes(key))
        .setValue(bytes(value))
        .setPrevKv(true)
        .build();
  }

  private static DeleteRangeRequest delete(String key) {
    return DeleteRangeRequest.newBuilder().setKey(bytes(key)).setPrevKv(true).build();
  }

  private static void addValues(ResponseOp part, Map<String, String> values) {
    if (part.hasResponseRange()) {
      addValues(part.getResponseRange().getKvsList(), values);
    } else if (part.hasResponsePut() && part.getResponsePut().hasPrevKv()) {
      addValues(List.of(part.getResponsePut().getPrevKv()), values);
    } else if (part.hasResponseDeleteRange()) {
      addValues(part.getResponseDeleteRange().getPrevKvsList(), values);
    }
  }

  static void addValues(List<KeyValue> found, Map<String, String> values) {
    found.forEach(
        pair -> values.put(pair.getKey().toString(UTF_8), pair.getValue().toString(UTF_8)));
  }

  /** A serializable read of all keys of the group: some state of the past, but one state. */
  private boolean readSnapshot() {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(bytes(GROUP))
            .setRangeEnd(bytes(GROUP + "\uffff"))
            .setSerializable(true)
            .build();
    try {
      RangeResponse response =
          withDeadline(KVGrpc.newBlockingStub(channels.current())).range(request);
      Map<String, String> found = new HashMap<>();
      addValues(response.getKvsList(), found);
      journal.add(
          new Snapshot(
              response.getHeader().getRevision(), Set.of(GROUP + 0, GROUP + 1, GROUP + 2), found));
      return true;
    } catch (StatusRuntimeException e) {
      journal.judge("a serializable range", e);
      channels.change(random);
      return false;
    }
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
