package io.metastore.core.machine;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.ClientView;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyWalk;
import io.metastore.core.api.LockPlaceView;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.StoreContents;
import io.metastore.core.api.TreeView;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import io.metastore.core.kv.PageCounts;
import io.metastore.core.kv.RangeReader;
import io.metastore.core.lease.Lease;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.lock.LockTable;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Snapshot;
import io.metastore.core.tree.TreeReader;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The store after one log entry: revision and data together. Immutable; shared by all readers of
 * that moment. The snapshot of the tables is closed when the last reader releases the view.
 *
 * <p>Thread-safe. Each successful {@link #tryRetain} must be followed by exactly one {@link
 * #release}.
 */
public final class StoreView {
  private final StoreState state;
  private final AccessRules access;
  private final List<Alarm> alarms;
  private final Snapshot snapshot;
  private final RangeReader ranges;
  private final AtomicInteger holders = new AtomicInteger(1);

  StoreView(
      StoreState state,
      AccessRules access,
      List<Alarm> alarms,
      Snapshot snapshot,
      long responseBytesMax,
      PageCounts pages) {
    this.state = state;
    this.access = access;
    this.alarms = alarms;
    this.snapshot = snapshot;
    this.ranges =
        new RangeReader(snapshot, state.revision(), state.compacted(), responseBytesMax, pages);
  }

  public StoreState state() {
    return state;
  }

  public long revision() {
    return state.revision();
  }

  /** The tables. Only while retained. */
  public Reader reader() {
    return snapshot;
  }

  /** Reads a range: {@link Outcome.Ranged} or {@link Outcome.Failed}. Only while retained. */
  public Outcome range(Range range) {
    return range(range, ranges);
  }

  /** As {@link #range}, with at most {@link Metastore#SMALL_RANGE_BYTES}. */
  public Outcome smallRange(Range range) {
    return range(range, ranges.atMost(Metastore.SMALL_RANGE_BYTES));
  }

  /** Why a range cannot be read, or null if it can. */
  public @Nullable Failure findRefusal(Range range) {
    return ranges.check(range);
  }

  private Outcome range(Range range, RangeReader reader) {
    Failure refusal = reader.check(range);
    if (refusal != null) {
      return new Outcome.Failed(revision(), refusal);
    }
    try {
      return new Outcome.Ranged(revision(), reader.read(range));
    } catch (RangeReader.ResponseTooLarge e) {
      return tooLarge();
    }
  }

  /**
   * Evaluates a transaction of ranges: {@link Outcome.TxnDone} or {@link Outcome.Failed}. Only
   * while retained.
   *
   * @param bytesMax maximum bytes of keys and values in the answer
   */
  public Outcome readTxn(Txn txn, long bytesMax) {
    try {
      return TxnEvaluator.read(txn, ranges, bytesMax);
    } catch (RangeReader.ResponseTooLarge e) {
      return tooLarge();
    }
  }

  /** See {@link ReadView#answerBytes}. Only while retained. */
  public long answerBytes(Txn txn) {
    return TxnEvaluator.answerBytes(txn, ranges);
  }

  /** Whether an alarm is raised for a member. */
  public boolean hasAlarm(Alarm.Kind kind, long member) {
    for (Alarm alarm : alarms) {
      if (alarm.getKind() == kind && alarm.getMemberId() == member) {
        return true;
      }
    }
    return false;
  }

  /** Retains the view; false if it has already been closed. The caller then takes a newer one. */
  boolean tryRetain() {
    for (int held = holders.get(); held > 0; held = holders.get()) {
      if (holders.compareAndSet(held, held + 1)) {
        return true;
      }
    }
    return false;
  }

  public void release() {
    if (holders.decrementAndGet() == 0) {
      snapshot.close();
    }
  }

  /**
   * This view as a {@link ReadView} for one reader, whose close releases it. The caller has
   * retained it.
   *
   * @param refusal why keys and znodes cannot be read; null if they can
   */
  public ReadView owned(@Nullable Failure refusal) {
    return new OwnedView(refusal);
  }

  private Outcome refused(Failure refusal) {
    return new Outcome.Failed(revision(), refusal);
  }

  private Outcome tooLarge() {
    return new Outcome.Failed(
        revision(),
        Failure.of(FailureCode.RESPONSE_TOO_LARGE, "bytesMax", ranges.responseBytesMax()));
  }

  private final class OwnedView implements ReadView {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final @Nullable Failure refusal;

    OwnedView(@Nullable Failure refusal) {
      this.refusal = refusal;
    }

    @Override
    public long revision() {
      return StoreView.this.revision();
    }

    @Override
    public Outcome range(Range range) {
      return refusal == null ? StoreView.this.range(range) : refused(refusal);
    }

    @Override
    public @Nullable Failure findRefusal(Range range) {
      return refusal == null ? ranges.check(range) : refusal;
    }

    @Override
    public @Nullable Failure findCorruption() {
      return refusal;
    }

    @Override
    public KeyWalk walk(Range range) {
      return ranges.walk(range);
    }

    @Override
    public Outcome readTxn(Txn txn, long bytesMax) {
      return refusal == null ? StoreView.this.readTxn(txn, bytesMax) : refused(refusal);
    }

    @Override
    public long answerBytes(Txn txn) {
      return StoreView.this.answerBytes(txn);
    }

    @Override
    public List<LockPlaceView> lockQueue(ByteString name) {
      return LockTable.queue(reader(), name).stream().map(this::placeView).toList();
    }

    @Override
    public @Nullable LockPlaceView findLockPlace(ByteString name, long token) {
      LockTable.Place place = LockTable.find(reader(), name, token);
      return place == null ? null : placeView(place);
    }

    private LockPlaceView placeView(LockTable.Place place) {
      Lease owner = LeaseTable.find(reader(), place.owner());
      return new LockPlaceView(
          place.key(),
          place.token(),
          place.mode(),
          place.state(),
          place.owner(),
          owner == null ? "" : owner.label(),
          place.takenMs());
    }

    @Override
    public List<ByteString> lockNames(ByteString from, @Nullable ByteString to, int namesMax) {
      return LockTable.names(reader(), from, to, namesMax);
    }

    @Override
    public List<ClientView> clients(long afterId, int clientsMax) {
      return LeaseTable.clients(reader(), afterId, clientsMax);
    }

    @Override
    public boolean allLeaseKeysMatch(long lease, Predicate<ByteString> condition) {
      return LeaseTable.allKeysMatch(reader(), lease, condition);
    }

    @Override
    public StoreContents contents() {
      return new ViewContents(state, reader());
    }

    @Override
    public TreeView tree() {
      return new TreeReader(reader());
    }

    @Override
    public List<Alarm> alarms() {
      return alarms;
    }

    @Override
    public AccessRules access() {
      return access;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        release();
      }
    }
  }
}
