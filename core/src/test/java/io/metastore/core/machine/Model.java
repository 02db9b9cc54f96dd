package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compare;
import io.metastore.core.command.Delete;
import io.metastore.core.command.GrantLease;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Range;
import io.metastore.core.command.RevokeLease;
import io.metastore.core.command.Txn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The store as simply as it can be said: a whole map of keys for every revision, nothing ever
 * forgotten. Failures carry a code and no detail.
 */
final class Model {
  static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

  /** The keys at each revision; revision 0 does not exist. */
  private final List<SortedMap<ByteString, KeyValue>> states = new ArrayList<>();

  /** The keys as the command at work leaves them. */
  private SortedMap<ByteString, KeyValue> now = new TreeMap<>(ORDER);

  private boolean changed;

  final TreeMap<Long, LeaseState> leases = new TreeMap<>();
  private final Set<String> sharedPlaces = new TreeSet<>();
  final List<WatchEvent> events = new ArrayList<>();
  long compacted = -1;

  /** A lease: its TTL, what is left of it by the last checkpoint, the entry that granted it. */
  record LeaseState(long ttl, long remaining, long grantedIndex) {}

  Model() {
    states.add(now);
    states.add(now);
  }

  long revision() {
    return states.size() - 1L;
  }

  SortedMap<ByteString, KeyValue> state(long revision) {
    return states.get((int) revision);
  }

  Outcome apply(Command command, long index) {
    now = new TreeMap<>(state(revision()));
    changed = false;
    Outcome outcome =
        switch (command.getKindCase()) {
          case TXN -> txn(command.getTxn());
          case GRANT_LEASE -> grant(command.getGrantLease(), index);
          case REVOKE_LEASE -> revoke(command.getRevokeLease());
          case CHECKPOINT_LEASES -> {
            command
                .getCheckpointLeases()
                .getLeasesList()
                .forEach(
                    left ->
                        leases.computeIfPresent(
                            left.getId(),
                            (id, lease) ->
                                new LeaseState(
                                    lease.ttl(), left.getRemaining(), lease.grantedIndex())));
            yield new Outcome.Done(0);
          }
          case COMPACT -> compact(command.getCompact().getRevision());
          case ACQUIRE -> acquire(command.getAcquire());
          case MEMBER_NOTE -> new Outcome.Done(0);
          case KIND_NOT_SET -> throw new IllegalArgumentException();
        };
    if (changed) {
      states.add(now);
    }
    return atRevision(outcome, revision());
  }

  private static Outcome atRevision(Outcome outcome, long revision) {
    if (outcome instanceof Outcome.Failed failed) {
      return new Outcome.Failed(revision, failed.failure());
    } else if (outcome instanceof Outcome.TxnDone done) {
      return new Outcome.TxnDone(revision, done.succeeded(), done.results());
    } else if (outcome instanceof Outcome.LeaseGranted granted) {
      return new Outcome.LeaseGranted(revision, granted.id(), granted.ttl());
    } else if (outcome instanceof Outcome.LeaseRevoked revoked) {
      return new Outcome.LeaseRevoked(revision, revoked.deletedKeys());
    } else if (outcome instanceof Outcome.LockPlace place) {
      return new Outcome.LockPlace(revision, place.key(), place.token(), place.held());
    }
    return new Outcome.Done(revision);
  }

  static Outcome failed(FailureCode code) {
    return new Outcome.Failed(0, Failure.of(code));
  }

  // --- transactions
  // --------------------------------------------------------------------------------

  private Outcome txn(Txn txn) {
    FailureCode refusal = check(txn);
    if (refusal != null) {
      return failed(refusal);
    }
    OpResult.TxnResult result = run(txn);
    return new Outcome.TxnDone(0, result.succeeded(), result.results());
  }

  Outcome readTxn(Txn txn) {
    now = state(revision());
    return atRevision(txn(txn), revision());
  }

  Outcome range(Range range) {
    FailureCode refusal = check(range);
    return refusal == null
        ? new Outcome.Ranged(revision(), read(range, state(revision())))
        : atRevision(failed(refusal), revision());
  }

  private List<Op> branch(Txn txn) {
    boolean succeeded = txn.getComparesList().stream().allMatch(this::holds);
    return succeeded ? txn.getSuccessList() : txn.getFailureList();
  }

  private @Nullable FailureCode check(Txn txn) {
    for (Op op : branch(txn)) {
      FailureCode refusal =
          op.hasPut()
              ? check(op.getPut())
              : op.hasRange() ? check(op.getRange()) : op.hasTxn() ? check(op.getTxn()) : null;
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  private @Nullable FailureCode check(Put put) {
    if (put.getLease() != 0 && !leases.containsKey(put.getLease())) {
      return FailureCode.LEASE_NOT_FOUND;
    }
    return (put.getKeepLease() || put.getKeepValue())
            && !state(revision()).containsKey(put.getKey())
        ? FailureCode.KEY_NOT_FOUND
        : null;
  }

  private @Nullable FailureCode check(Range range) {
    if (range.getRevision() > revision()) {
      return FailureCode.FUTURE_REVISION;
    }
    return range.getRevision() > 0 && range.getRevision() < compacted
        ? FailureCode.COMPACTED
        : null;
  }

  private OpResult.TxnResult run(Txn txn) {
    List<OpResult> results = new ArrayList<>();
    for (Op op : branch(txn)) {
      results.add(
          op.hasPut()
              ? put(op.getPut())
              : op.hasDelete()
                  ? delete(op.getDelete())
                  : op.hasRange() ? read(op.getRange(), now) : run(op.getTxn()));
    }
    return new OpResult.TxnResult(
        txn.getComparesList().stream().allMatch(this::holds), List.copyOf(results));
  }

  private OpResult put(Put put) {
    KeyValue old = now.get(put.getKey());
    ByteString value = put.getKeepValue() && old != null ? old.value() : put.getValue();
    long lease = put.getKeepLease() && old != null ? old.lease() : put.getLease();
    put(put.getKey(), value, lease);
    return new OpResult.PutResult(put.getPrevKv() ? old : null);
  }

  private void put(ByteString key, ByteString value, long lease) {
    KeyValue old = now.get(key);
    long next = revision() + 1;
    KeyValue current =
        new KeyValue(
            key,
            value,
            old == null ? next : old.createRevision(),
            next,
            old == null ? 1 : old.version() + 1,
            lease);
    now.put(key, current);
    changed = true;
    events.add(new WatchEvent(WatchEvent.Kind.PUT, current, old));
  }

  private OpResult delete(Delete delete) {
    List<KeyValue> old = within(now, delete.getKey(), delete.getRangeEnd());
    old.forEach(keyValue -> delete(keyValue.key()));
    return new OpResult.DeleteResult(old.size(), delete.getPrevKv() ? old : List.of());
  }

  private void delete(ByteString key) {
    KeyValue old = now.remove(key);
    changed = true;
    sharedPlaces.removeIf(place -> place.endsWith(" " + key.toStringUtf8()));
    events.add(
        new WatchEvent(WatchEvent.Kind.DELETE, KeyValue.tombstone(key, revision() + 1), old));
  }

  private OpResult.RangeResult read(Range range, SortedMap<ByteString, KeyValue> newest) {
    SortedMap<ByteString, KeyValue> keys =
        range.getRevision() > 0 ? state(range.getRevision()) : newest;
    List<KeyValue> inRange = within(keys, range.getKey(), range.getRangeEnd());
    if (range.getCountOnly()) {
      return new OpResult.RangeResult(List.of(), inRange.size(), false);
    }
    List<KeyValue> found = new ArrayList<>();
    for (KeyValue keyValue : inRange) {
      if (keyValue.modRevision() >= range.getMinModRevision()
          && (range.getMaxModRevision() == 0 || keyValue.modRevision() <= range.getMaxModRevision())
          && keyValue.createRevision() >= range.getMinCreateRevision()
          && (range.getMaxCreateRevision() == 0
              || keyValue.createRevision() <= range.getMaxCreateRevision())) {
        found.add(keyValue);
      }
    }
    Comparator<KeyValue> order =
        switch (range.getSortTarget()) {
          case VERSION -> Comparator.comparing(KeyValue::version);
          case CREATE -> Comparator.comparing(KeyValue::createRevision);
          case MOD -> Comparator.comparing(KeyValue::modRevision);
          case VALUE -> Comparator.comparing(KeyValue::value, ORDER);
          default -> Comparator.comparing(KeyValue::key, ORDER);
        };
    if (range.getOrder() != Range.Order.NONE) {
      found.sort(range.getOrder() == Range.Order.ASCEND ? order : order.reversed());
    }
    boolean more = range.getLimit() > 0 && found.size() > range.getLimit();
    if (more) {
      found = found.subList(0, (int) range.getLimit());
    }
    if (range.getKeysOnly()) {
      found = found.stream().map(KeyValue::withoutValue).toList();
    }
    return new OpResult.RangeResult(List.copyOf(found), inRange.size(), more);
  }

  private static List<KeyValue> within(
      Map<ByteString, KeyValue> keys, ByteString key, ByteString rangeEnd) {
    return keys.values().stream()
        .filter(
            keyValue ->
                rangeEnd.isEmpty()
                    ? keyValue.key().equals(key)
                    : ORDER.compare(keyValue.key(), key) >= 0
                        && (rangeEnd.equals(ByteString.copyFrom(new byte[1]))
                            || ORDER.compare(keyValue.key(), rangeEnd) < 0))
        .toList();
  }

  /** On the state before the command, always. */
  private boolean holds(Compare compare) {
    List<KeyValue> found = within(state(revision()), compare.getKey(), compare.getRangeEnd());
    if (found.isEmpty()) {
      return compare.getTarget() != Compare.Target.VALUE && holds(compare, 0L);
    }
    return found.stream()
        .allMatch(
            keyValue ->
                switch (compare.getTarget()) {
                  case VERSION -> holds(compare, keyValue.version());
                  case CREATE -> holds(compare, keyValue.createRevision());
                  case MOD -> holds(compare, keyValue.modRevision());
                  case LEASE -> holds(compare, keyValue.lease());
                  default -> related(compare, ORDER.compare(keyValue.value(), compare.getValue()));
                });
  }

  private static boolean holds(Compare compare, long number) {
    return related(compare, Long.compare(number, compare.getNumber()));
  }

  private static boolean related(Compare compare, int order) {
    return switch (compare.getRelation()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      default -> true;
    };
  }

  // --- leases, locks, compaction
  // -------------------------------------------------------------------

  private Outcome grant(GrantLease grant, long index) {
    if (leases.containsKey(grant.getId())) {
      return failed(FailureCode.LEASE_EXISTS);
    }
    leases.put(grant.getId(), new LeaseState(grant.getTtl(), 0, index));
    return new Outcome.LeaseGranted(0, grant.getId(), grant.getTtl());
  }

  private Outcome revoke(RevokeLease revoke) {
    LeaseState lease = leases.get(revoke.getId());
    if (lease == null
        || (revoke.getGrantedIndex() != 0 && revoke.getGrantedIndex() != lease.grantedIndex())) {
      return failed(FailureCode.LEASE_NOT_FOUND);
    }
    List<ByteString> attached = attached(revoke.getId());
    attached.forEach(this::delete);
    leases.remove(revoke.getId());
    return new Outcome.LeaseRevoked(0, attached.size());
  }

  List<ByteString> attached(long lease) {
    return now.values().stream()
        .filter(keyValue -> keyValue.lease() == lease)
        .map(KeyValue::key)
        .toList();
  }

  private Outcome compact(long revision) {
    if (revision <= compacted) {
      return failed(FailureCode.COMPACTED);
    }
    if (revision > revision()) {
      return failed(FailureCode.FUTURE_REVISION);
    }
    compacted = revision;
    return new Outcome.Done(0);
  }

  private Outcome acquire(Acquire acquire) {
    if (!leases.containsKey(acquire.getLease())) {
      return failed(FailureCode.LEASE_NOT_FOUND);
    }
    String name = acquire.getName().toStringUtf8();
    ByteString key = Commands.bytes(name + "/" + Long.toHexString(acquire.getLease()));
    boolean shared = acquire.getMode() == Acquire.Mode.SHARED;
    if (!now.containsKey(key)) {
      boolean free = queue(name).stream().allMatch(place -> shared && isShared(name, place));
      if (acquire.getTryOnly() && !free) {
        return new Outcome.LockPlace(0, null, 0, false);
      }
      put(key, ByteString.EMPTY, acquire.getLease());
      if (shared) {
        sharedPlaces.add(name + " " + key.toStringUtf8());
      }
    }
    KeyValue place = requireNonNull(now.get(key));
    return new Outcome.LockPlace(0, key, place.createRevision(), holders(name).contains(place));
  }

  /** Those at the front of the queue: one exclusive place, or shared ones up to the first other. */
  List<KeyValue> holders(String name) {
    List<KeyValue> holders = new ArrayList<>();
    for (KeyValue place : queue(name)) {
      if (!isShared(name, place)) {
        return holders.isEmpty() ? List.of(place) : holders;
      }
      holders.add(place);
    }
    return holders;
  }

  private List<KeyValue> queue(String name) {
    return now.values().stream()
        .filter(keyValue -> keyValue.key().startsWith(Commands.bytes(name + "/")))
        .sorted(Comparator.comparing(KeyValue::createRevision))
        .toList();
  }

  private boolean isShared(String name, KeyValue place) {
    return sharedPlaces.contains(name + " " + place.key().toStringUtf8());
  }
}
