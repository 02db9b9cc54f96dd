package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.OpResult.DeleteResult;
import io.metastore.core.api.OpResult.PutResult;
import io.metastore.core.api.OpResult.TxnResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Compare;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import io.metastore.core.kv.ChangeLog;
import io.metastore.core.kv.KeyRange;
import io.metastore.core.kv.KeyScan;
import io.metastore.core.kv.KvTable;
import io.metastore.core.kv.RangeReader;
import io.metastore.core.kv.StoredKey;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.lock.LockTable;
import io.metastore.core.storage.Reader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates transactions as etcd does. All compares, including those of nested transactions, and
 * all checks see the state before the transaction. Then the operations of the chosen branches run,
 * each seeing the effects of those before it.
 *
 * <p>A transaction of the native API can also check and change znodes, see {@link TxnZnodes}.
 */
final class TxnEvaluator {
  /**
   * Maximum bytes returned by one range in a writing transaction. A constant, because all replicas
   * must agree on whether the transaction is refused.
   */
  static final long RANGE_BYTES_MAX = 16L << 20;

  /**
   * Maximum bytes of deleted versions that one delete may return. Without {@code prev_kv} a delete
   * has no limit, because it never holds all keys in memory.
   */
  static final long PREVIOUS_BYTES_MAX = 64L << 20;

  /**
   * Maximum bytes of a writing transaction's whole answer. The answer is in memory until the entry
   * is applied, and an entry that no member can apply would stop the cluster for good.
   */
  static final long ANSWER_BYTES_MAX = 64L << 20;

  /** For this many single keys in a writing transaction's answer, the size is not checked. */
  private static final int UNMEASURED_KEYS = 16;

  /** How many changes a compare may read to find one in its range. */
  static final int UNCHANGED_CHANGES_MAX = 100_000;

  private static final int ALL_HOLD = -1;

  private TxnEvaluator() {}

  /**
   * Runs a transaction as part of a log entry.
   *
   * @param author the author's user; empty for one who may do everything
   */
  static Outcome apply(Txn txn, String author, ApplyContext context) {
    Deque<Integer> branches = new ArrayDeque<>();
    RangeReader before = context.ranges(context.revision(), RANGE_BYTES_MAX);
    TxnZnodes znodes = new TxnZnodes(author, context);
    Failure refusal =
        choose(txn, before, znodes, branches, new AnswerSize(ANSWER_BYTES_MAX, UNMEASURED_KEYS));
    if (refusal != null) {
      return new Outcome.Failed(context.revision(), refusal);
    }
    int failedCompare = branches.element();
    znodes.write();
    TxnResult result =
        run(txn, branches, op -> op.hasNode() ? znodes.nextResult() : apply(op, context));
    context.endCommand();
    return new Outcome.TxnDone(context.revision(), failedCompare, result.results());
  }

  /**
   * Runs a transaction of ranges only.
   *
   * @param bytesMax maximum bytes of keys and values in the whole answer
   */
  static Outcome read(Txn txn, RangeReader reader, long bytesMax) {
    Deque<Integer> branches = new ArrayDeque<>();
    Failure refusal =
        choose(txn, reader.atMost(bytesMax), null, branches, new AnswerSize(bytesMax, 0));
    if (refusal != null) {
      return new Outcome.Failed(reader.revision(), refusal);
    }
    int failedCompare = branches.element();
    TxnResult result = run(txn, branches, op -> reader.read(op.getRange()));
    return new Outcome.TxnDone(reader.revision(), failedCompare, result.results());
  }

  private static long bytes(List<KeyValue> keyValues) {
    long bytes = 0;
    for (KeyValue keyValue : keyValues) {
      bytes += RangeReader.bytes(keyValue);
    }
    return bytes;
  }

  /**
   * Estimates the bytes of keys and values in the answer in the state {@code now}. The larger
   * branch counts; for an answer that would be refused, returns at least the limit.
   */
  static long answerBytes(Txn txn, RangeReader now) {
    return Math.max(answerBytes(txn.getSuccessList(), now), answerBytes(txn.getFailureList(), now));
  }

  private static long answerBytes(List<Op> ops, RangeReader now) {
    long bytes = 0;
    for (Op op : ops) {
      bytes +=
          switch (op.getKindCase()) {
            case RANGE -> answerBytes(op.getRange(), now);
            case DELETE ->
                op.getDelete().getPrevKv() ? previousBytes(op.getDelete(), now.reader()) : 0;
            case PUT -> op.getPut().getPrevKv() ? answerBytes(op.getPut(), now) : 0;
            case TXN -> answerBytes(op.getTxn(), now);
            case NODE, KIND_NOT_SET -> 0;
          };
    }
    return bytes;
  }

  private static long answerBytes(Range range, RangeReader now) {
    if (now.check(range) != null) {
      return 0;
    }
    try {
      return bytes(now.atMost(RANGE_BYTES_MAX).read(range).keyValues());
    } catch (RangeReader.ResponseTooLarge e) {
      return RANGE_BYTES_MAX;
    }
  }

  private static long answerBytes(Put put, RangeReader now) {
    KeyValue previous = KvTable.find(now.reader(), put.getKey());
    return previous == null ? 0 : RangeReader.bytes(previous);
  }

  /** Bytes that a delete would return; stops counting above {@link #PREVIOUS_BYTES_MAX}. */
  private static long previousBytes(Delete delete, Reader now) {
    long[] bytes = new long[1];
    KeyScan.allMatch(
        now,
        delete.getKey(),
        delete.getRangeEnd(),
        found -> (bytes[0] += RangeReader.bytes(found)) <= PREVIOUS_BYTES_MAX);
    return bytes[0];
  }

  /**
   * Chooses the branch of every transaction, outermost first, and checks the operations that will
   * run. Operations on znodes, which do not depend on keys, are evaluated completely.
   *
   * @param znodes null for a transaction of ranges only
   * @param branches receives, for each transaction, the index of its first compare that does not
   *     hold, or {@link #ALL_HOLD}
   * @param size size of the whole answer
   * @return why the whole transaction cannot be done, or null
   */
  private static @Nullable Failure choose(
      Txn txn,
      RangeReader before,
      @Nullable TxnZnodes znodes,
      Deque<Integer> branches,
      AnswerSize size) {
    int failedCompare = ALL_HOLD;
    for (int i = 0; i < txn.getComparesCount() && failedCompare == ALL_HOLD; i++) {
      Compare compare = txn.getCompares(i);
      boolean ofZnode = TxnZnodes.isOfZnode(compare);
      Failure refusal =
          ofZnode ? requireNonNull(znodes, "znodes").check(compare) : check(compare, before);
      if (refusal != null) {
        return refusal;
      }
      if (!(ofZnode ? requireNonNull(znodes, "znodes").holds(compare) : holds(compare, before))) {
        failedCompare = i;
      }
    }
    branches.add(failedCompare);
    for (Op op : branch(txn, failedCompare == ALL_HOLD)) {
      Failure refusal =
          switch (op.getKindCase()) {
            case PUT -> check(op.getPut(), before.reader(), size);
            case RANGE -> check(op.getRange(), before, size);
            case TXN -> choose(op.getTxn(), before, znodes, branches, size);
            case NODE -> requireNonNull(znodes, "znodes").evaluate(op.getNode());
            case DELETE -> check(op.getDelete(), before.reader(), size);
            case KIND_NOT_SET -> null;
          };
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /** The size of a transaction's answer, for the operations checked so far. */
  private static final class AnswerSize {
    private final long bytesMax;
    private int unmeasuredKeys;
    private long bytes;

    AnswerSize(long bytesMax, int unmeasuredKeys) {
      this.bytesMax = bytesMax;
      this.unmeasuredKeys = unmeasuredKeys;
    }

    @Nullable Failure add(long more) {
      bytes += more;
      return bytes <= bytesMax
          ? null
          : Failure.of(FailureCode.RESPONSE_TOO_LARGE, "bytesMax", bytesMax);
    }

    @Nullable Failure addKey(Reader before, ByteString key) {
      if (unmeasuredKeys > 0) {
        unmeasuredKeys--;
        return null;
      }
      KeyValue found = KvTable.find(before, key);
      return found == null ? null : add(RangeReader.bytes(found));
    }
  }

  private static @Nullable Failure check(Put put, Reader before, AnswerSize size) {
    if (put.getLease() != 0 && LeaseTable.find(before, put.getLease()) == null) {
      return LeaseTable.notFound(before, put.getLease());
    }
    if ((put.getKeepValue() || put.getKeepLease()) && KvTable.find(before, put.getKey()) == null) {
      return Failure.of(FailureCode.KEY_NOT_FOUND, "key", put.getKey().size() + " bytes");
    }
    return put.getPrevKv() ? size.addKey(before, put.getKey()) : null;
  }

  private static @Nullable Failure check(Delete delete, Reader before, AnswerSize size) {
    if (!delete.getPrevKv()) {
      return null;
    }
    if (delete.getRangeEnd().isEmpty()) {
      return size.addKey(before, delete.getKey());
    }
    long bytes = previousBytes(delete, before);
    return bytes <= PREVIOUS_BYTES_MAX
        ? size.add(bytes)
        : Failure.of(FailureCode.REQUEST_TOO_LARGE, "previousBytesMax", PREVIOUS_BYTES_MAX);
  }

  private static @Nullable Failure check(Range range, RangeReader before, AnswerSize size) {
    // Source: etcd's checkTxn treats a negative revision in a transaction as an old one; a plain
    // range with it reads the newest.
    if (range.getRevision() < 0 && range.getRevision() < before.compacted()) {
      return Failure.of(
          FailureCode.COMPACTED, "requested", range.getRevision(), "compacted", before.compacted());
    }
    Failure refusal = before.check(range);
    if (refusal != null || range.getCountOnly()) {
      return refusal;
    }
    if (range.getRangeEnd().isEmpty()) {
      return size.addKey(before.reader(), range.getKey());
    }
    try {
      return size.add(bytes(before.read(range).keyValues()));
    } catch (RangeReader.ResponseTooLarge e) {
      return Failure.of(FailureCode.RESPONSE_TOO_LARGE, "bytesMax", before.responseBytesMax());
    }
  }

  private interface OpRunner {
    OpResult run(Op op);
  }

  private static TxnResult run(Txn txn, Deque<Integer> branches, OpRunner runner) {
    boolean succeeded = branches.remove() == ALL_HOLD;
    List<Op> ops = branch(txn, succeeded);
    List<OpResult> results = new ArrayList<>(ops.size());
    for (Op op : ops) {
      results.add(op.hasTxn() ? run(op.getTxn(), branches, runner) : runner.run(op));
    }
    return new TxnResult(succeeded, results);
  }

  private static OpResult apply(Op op, ApplyContext context) {
    return switch (op.getKindCase()) {
      case PUT -> put(op.getPut(), context);
      case DELETE -> delete(op.getDelete(), context);
      case RANGE -> context.ranges(context.visibleRevision(), Long.MAX_VALUE).read(op.getRange());
      case TXN, NODE, KIND_NOT_SET ->
          throw new IllegalStateException("operation without effect: " + op.getKindCase());
    };
  }

  private static PutResult put(Put put, ApplyContext context) {
    StoredKey stored = context.find(put.getKey());
    KeyValue previous = stored == null ? null : stored.version();
    ByteString value = put.getKeepValue() && previous != null ? previous.value() : put.getValue();
    long lease = put.getKeepLease() && previous != null ? previous.lease() : put.getLease();
    context.put(put.getKey(), value, lease, stored);
    return new PutResult(put.getPrevKv() ? previous : null);
  }

  private static DeleteResult delete(Delete delete, ApplyContext context) {
    KeyRange rest = KeyRange.of(delete.getKey(), delete.getRangeEnd());
    List<KeyValue> previous = new ArrayList<>();
    long deleted = 0;
    List<StoredKey> found;
    do {
      found = nextToDelete(rest, context);
      found.forEach(context::delete);
      deleted += found.size();
      if (delete.getPrevKv()) {
        found.forEach(key -> previous.add(key.version()));
      }
      if (!found.isEmpty()) {
        rest = rest.after(found.get(found.size() - 1).version().key());
      }
    } while (!found.isEmpty());
    return new DeleteResult(deleted, previous);
  }

  private static List<StoredKey> nextToDelete(KeyRange range, ApplyContext context) {
    if (range.single()) {
      StoredKey found = context.find(range.from());
      return found == null ? List.of() : List.of(found);
    }
    return KeyScan.first(
        context.writes(), range, StoreMachine.KEYS_AT_ONCE, StoreMachine.BYTES_AT_ONCE);
  }

  private static List<Op> branch(Txn txn, boolean succeeded) {
    return succeeded ? txn.getSuccessList() : txn.getFailureList();
  }

  /** Why a compare cannot be evaluated; null if it can. */
  private static @Nullable Failure check(Compare compare, RangeReader before) {
    if (compare.getTarget() != Compare.Target.UNCHANGED_SINCE) {
      return null;
    }
    Failure refusal =
        before.check(Range.newBuilder().setRevision(Math.max(1, compare.getNumber())).build());
    if (refusal == null && changed(compare, before) == null) {
      return Failure.of(
          FailureCode.READ_TOO_OLD, "revision", compare.getNumber(), "current", before.revision());
    }
    return refusal;
  }

  /**
   * Whether a key of the compare's range changed after its revision; null if there are too many
   * changes to read.
   */
  private static @Nullable Boolean changed(Compare compare, RangeReader before) {
    KeyRange range = KeyRange.of(compare.getKey(), compare.getRangeEnd());
    long revision = compare.getNumber();
    return range.single()
        ? (Boolean) KvTable.changedAfter(before.reader(), range.from(), revision)
        : ChangeLog.anyIn(
            before.reader(), range, revision + 1, before.revision(), UNCHANGED_CHANGES_MAX);
  }

  private static boolean holds(Compare compare, RangeReader before) {
    return switch (compare.getTarget()) {
      case HELD -> {
        LockTable.Place place =
            LockTable.find(before.reader(), compare.getKey(), compare.getNumber());
        yield place != null && place.held();
      }
      case UNCHANGED_SINCE -> Boolean.FALSE.equals(changed(compare, before));
      default -> holds(compare, before.reader());
    };
  }

  private static boolean holds(Compare compare, Reader before) {
    if (compare.getRangeEnd().isEmpty()) {
      return holds(compare, KvTable.find(before, compare.getKey()));
    }
    boolean[] any = new boolean[1];
    boolean all =
        KeyScan.allMatch(
            before,
            compare.getKey(),
            compare.getRangeEnd(),
            record -> {
              any[0] = true;
              return holds(compare, record);
            });
    return any[0] ? all : holds(compare, (KeyValue) null);
  }

  /** A missing key fails every compare of values; its numbers compare as 0. */
  private static boolean holds(Compare compare, @Nullable KeyValue record) {
    if (record == null && compare.getTarget() == Compare.Target.VALUE) {
      return false;
    }
    int order =
        switch (compare.getTarget()) {
          case VERSION -> Long.compare(record == null ? 0 : record.version(), compare.getNumber());
          case CREATE ->
              Long.compare(record == null ? 0 : record.createRevision(), compare.getNumber());
          case MOD -> Long.compare(record == null ? 0 : record.modRevision(), compare.getNumber());
          case LEASE -> Long.compare(record == null ? 0 : record.lease(), compare.getNumber());
          case VALUE ->
              record == null
                  ? 0
                  : ByteString.unsignedLexicographicalComparator()
                      .compare(record.value(), compare.getValue());
          case HELD,
              UNCHANGED_SINCE,
              NODE_EXISTS,
              NODE_VERSION,
              NODE_CREATED,
              NODE_MODIFIED,
              NODE_CHILDREN_CHANGED,
              UNRECOGNIZED ->
              throw new IllegalStateException("compare target " + compare.getTargetValue());
        };
    return switch (compare.getRelation()) {
      case EQUAL -> order == 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case NOT_EQUAL -> order != 0;
      case ALWAYS -> true;
      case UNRECOGNIZED ->
          throw new IllegalStateException("compare relation " + compare.getRelationValue());
    };
  }
}
