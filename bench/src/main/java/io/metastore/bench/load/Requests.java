package io.metastore.bench.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.metastore.bench.load.Wire.Reply;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * The unary requests of each workload. Immutable; each source that it creates belongs to one
 * client.
 */
final class Requests {
  private final LoadSpec spec;
  private final KeySpace keys;
  private final RandomValues values;

  Requests(LoadSpec spec, KeySpace keys) {
    this.spec = spec;
    this.keys = keys;
    this.values = new RandomValues(spec.valueBytes(), spec.seed());
  }

  /** The gRPC method of {@code workload}. */
  static MethodDescriptor<Payload, Reply> method(Workload workload) {
    return switch (workload) {
      case PUT, FILL, WATCH -> Wire.PUT;
      case RANGE, RANGE_SERIALIZABLE -> Wire.RANGE;
      case TXN, LOAD -> Wire.TXN;
      case LEASE_KEEPALIVE -> throw new IllegalArgumentException("keep-alives are a stream");
    };
  }

  /** The requests of {@code workload} for the client with this index. */
  RequestSource source(Workload workload, int ordinal) {
    SplittableRandom random = new SplittableRandom(spec.seed() + 1 + ordinal);
    return switch (workload) {
      case PUT -> puts(random);
      case FILL -> consecutivePuts(random);
      case WATCH -> stampedPuts(random);
      case RANGE -> ranges(false, random);
      case RANGE_SERIALIZABLE -> ranges(true, random);
      case TXN -> transactions(random);
      case LOAD -> batches(random);
      case LEASE_KEEPALIVE -> throw new IllegalArgumentException("keep-alives are a stream");
    };
  }

  /** The number of transactions of {@link Workload#LOAD} that write all keys. */
  long batchCount() {
    return (keys.count() + batch() - 1) / batch();
  }

  /** The number of keys that a transaction of {@link Workload#LOAD} writes. */
  int batch() {
    return (int) Math.min(spec.batch(), keys.count());
  }

  private RequestSource puts(SplittableRandom random) {
    RequestTemplate put = template(Requests::put);
    return ticket -> put.key(random.nextLong(keys.count())).values(values, random).payload();
  }

  private RequestSource consecutivePuts(SplittableRandom random) {
    RequestTemplate put = template(Requests::put);
    return ticket -> put.key(ticket).values(values, random).payload();
  }

  private RequestSource stampedPuts(SplittableRandom random) {
    RequestTemplate put = template(Requests::put).key(WatchFan.HOT_KEY);
    return ticket -> put.values(values, random).stamp(System.nanoTime()).payload();
  }

  private RequestSource ranges(boolean serializable, SplittableRandom random) {
    RequestTemplate range = template((key, value) -> range(key, serializable));
    return ticket -> range.key(random.nextLong(keys.count())).payload();
  }

  private RequestSource transactions(SplittableRandom random) {
    RequestTemplate read = template((key, value) -> ifExists(key, rangeOp(key)));
    RequestTemplate write =
        template((key, value) -> ifExists(key, putOp(key, value), rangeOp(key)));
    return ticket -> {
      long key = random.nextLong(keys.count());
      return random.nextDouble() < spec.readShare()
          ? read.key(key).payload()
          : write.key(key).values(values, random).payload();
    };
  }

  private RequestSource batches(SplittableRandom random) {
    RequestTemplate batch =
        template(
            (key, value) -> {
              TxnRequest.Builder puts = TxnRequest.newBuilder();
              IntStream.range(0, batch()).forEach(i -> puts.addSuccess(putOp(key, value)));
              return puts.build();
            });
    return ticket -> {
      // The last batch overlaps keys that are already written, instead of exceeding the last key.
      long first = Math.min(ticket * batch(), keys.count() - batch());
      return batch.keysFrom(first).values(values, random).payload();
    };
  }

  private RequestTemplate template(BiFunction<ByteString, ByteString, MessageLite> message) {
    return new RequestTemplate(keys, spec.valueBytes(), message);
  }

  private static PutRequest put(ByteString key, ByteString value) {
    return PutRequest.newBuilder().setKey(key).setValue(value).build();
  }

  private static RangeRequest range(ByteString key, boolean serializable) {
    return RangeRequest.newBuilder().setKey(key).setSerializable(serializable).build();
  }

  private static RequestOp putOp(ByteString key, ByteString value) {
    return RequestOp.newBuilder().setRequestPut(put(key, value)).build();
  }

  private static RequestOp rangeOp(ByteString key) {
    return RequestOp.newBuilder().setRequestRange(range(key, false)).build();
  }

  private static TxnRequest ifExists(ByteString key, RequestOp... operations) {
    TxnRequest.Builder transaction =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(key)
                    .setTarget(Compare.CompareTarget.MOD)
                    .setResult(Compare.CompareResult.GREATER)
                    .setModRevision(0))
            .addFailure(rangeOp(key));
    for (RequestOp operation : operations) {
      transaction.addSuccess(operation);
    }
    return transaction.build();
  }
}
