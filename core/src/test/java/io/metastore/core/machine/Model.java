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
import io.metastore.core.command.Alarm;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compare;
import io.metastore.core.command.Delete;
import io.metastore.core.command.GrantLease;
import io.metastore.core.command.Login;
import io.metastore.core.command.MemberNote;
import io.metastore.core.command.NewClient;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Range;
import io.metastore.core.command.Release;
import io.metastore.core.command.RevokeLease;
import io.metastore.core.command.Txn;
import io.metastore.core.command.Withdraw;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The simplest possible model of the store: a whole map of keys for every revision; nothing is ever
 * deleted. Failures have a code and no detail.
 */
final class Model {
  static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

  /** The keys at each revision; there is no revision 0. */
  private final List<SortedMap<ByteString, KeyValue>> states = new ArrayList<>();

  /** The keys after the current command. */
  private SortedMap<ByteString, KeyValue> now = new TreeMap<>(ORDER);

  private boolean changed;

  final TreeMap<Long, LeaseState> leases = new TreeMap<>();
  private final Set<String> sharedPlaces = new TreeSet<>();

  /** Lock-delays in seconds, by lock and place; and the places whose owner has expired. */
  private final Map<String, Integer> lockDelays = new TreeMap<>();

  private final Set<String> delayedPlaces = new TreeSet<>();

  /** Calls that may withdraw their places, by lock and place; no entry without calls. */
  private final Map<String, List<Long>> waits = new TreeMap<>();

  /** Locks in use, each with the tokens that hold it. */
  private final Map<String, Set<Long>> held = new TreeMap<>();

  /** The same before the current command. */
  private Map<String, Set<Long>> heldBefore = Map.of();

  final Set<Alarm> alarms = new HashSet<>();
  final ModelAuth auth = new ModelAuth();
  private final Map<Long, Integer> processes = new TreeMap<>();
  private long lastAllocated;
  final List<WatchEvent> events = new ArrayList<>();
  long compacted = -1;

  /**
   * A lease: its TTL, the remaining TTL at the last checkpoint, and the index of the entry that
   * granted it.
   */
  record LeaseState(long ttl, long remaining, long grantedIndex) {}

  Model() {
    states.add(now);
    states.add(now);
  }

  long revision() {
    return states.size() - 1L;
  }

  /** The index of the entry that granted the lease; 0 if there is no such lease. */
  long grantedIndex(long lease) {
    LeaseState found = leases.get(lease);
    return found == null ? 0 : found.grantedIndex();
  }

  SortedMap<ByteString, KeyValue> state(long revision) {
    return states.get((int) revision);
  }

  Outcome apply(Command command, long index) {
    now = new TreeMap<>(state(revision()));
    changed = false;
    heldBefore = heldNow();
    if (auth.refuses(command)) {
      return new Outcome.Failed(revision(), Failure.of(FailureCode.AUTH_CHANGED));
    }
    if (auth.refusesLeases(command, this::leaseKeys)) {
      return new Outcome.Failed(revision(), Failure.of(FailureCode.PERMISSION_DENIED));
    }
    FailureCode alarm = alarmRefusal(command);
    if (alarm != null) {
      return new Outcome.Failed(revision(), Failure.of(alarm));
    }
    Outcome outcome =
        switch (command.getKindCase()) {
          case AUTH_CHANGE -> authChange(command.getAuthChange());
          case LOGIN -> login(command.getLogin(), index);
          case TXN -> txn(command.getTxn());
          case GRANT_LEASE -> grant(command.getGrantLease(), index);
          case NEW_CLIENT -> newClient(command.getNewClient(), index);
          case RELEASE -> release(command.getRelease());
          case WITHDRAW -> withdraw(command.getWithdraw());
          case REVOKE_LEASE -> revoke(command.getRevokeLease(), index);
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
          case MEMBER_NOTE -> memberNote(command.getMemberNote());
          case CHANGE_ALARM -> changeAlarm(command.getChangeAlarm());
          case OPEN_SESSION,
              ATTACH_SESSION,
              END_SESSION,
              TREE_CHANGE,
              REAP_NODE,
              MOVE_PEER,
              ADD_PEER,
              DROP_PEER,
              HASH_POINT,
              KIND_NOT_SET ->
              throw new IllegalArgumentException(command.toString());
        };
    List.copyOf(held.keySet()).forEach(this::grantLock);
    held.keySet().removeIf(name -> queue(name).isEmpty());
    if (changed) {
      states.add(now);
    }
    return atRevision(outcome, revision());
  }

  private static Outcome atRevision(Outcome outcome, long revision) {
    if (outcome instanceof Outcome.Failed failed) {
      return new Outcome.Failed(revision, failed.failure());
    } else if (outcome instanceof Outcome.TxnDone done) {
      return new Outcome.TxnDone(revision, done.failedCompare(), done.results());
    } else if (outcome instanceof Outcome.LeaseGranted granted) {
      return new Outcome.LeaseGranted(revision, granted.id(), granted.ttl());
    } else if (outcome instanceof Outcome.LeaseRevoked revoked) {
      return new Outcome.LeaseRevoked(revision, revoked.deletedKeys());
    } else if (outcome instanceof Outcome.LoggedIn login) {
      return new Outcome.LoggedIn(revision, login.token());
    } else if (outcome instanceof Outcome.AlarmChanged alarm) {
      return new Outcome.AlarmChanged(revision, alarm.raised());
    } else if (outcome instanceof Outcome.LockPlace place) {
      return new Outcome.LockPlace(revision, place.key(), place.token(), place.held());
    }
    return new Outcome.Done(revision);
  }

  static Outcome failed(FailureCode code) {
    return new Outcome.Failed(0, Failure.of(code));
  }

  private Outcome login(Login login, long index) {
    return auth.enabled
        ? new Outcome.LoggedIn(0, login.getNonce() + "." + index)
        : failed(FailureCode.AUTH_NOT_ENABLED);
  }

  private List<ByteString> leaseKeys(long lease) {
    return now.values().stream()
        .filter(keyValue -> lease != 0 && keyValue.lease() == lease)
        .map(KeyValue::key)
        .toList();
  }

  private Outcome authChange(AuthChange change) {
    FailureCode refusal = auth.apply(change);
    return refusal == null ? new Outcome.Done(0) : failed(refusal);
  }

  // --- alarms
  // --------------------------------------------------------------------------------

  private Outcome changeAlarm(ChangeAlarm change) {
    boolean before = alarms.contains(change.getAlarm());
    if (change.getRaised()) {
      alarms.add(change.getAlarm());
    } else {
      alarms.remove(change.getAlarm());
    }
    return new Outcome.AlarmChanged(0, before || change.getRaised());
  }

  private @Nullable FailureCode alarmRefusal(Command command) {
    Set<Command.KindCase> whenCorrupt =
        Set.of(
            Command.KindCase.TXN,
            Command.KindCase.GRANT_LEASE,
            Command.KindCase.REVOKE_LEASE,
            Command.KindCase.NEW_CLIENT,
            Command.KindCase.COMPACT,
            Command.KindCase.ACQUIRE,
            Command.KindCase.RELEASE);
    if (isRaised(Alarm.Kind.CORRUPT) && whenCorrupt.contains(command.getKindCase())) {
      return FailureCode.CORRUPT;
    }
    boolean takesSpace =
        switch (command.getKindCase()) {
          case TXN -> hasPut(command.getTxn());
          case GRANT_LEASE, NEW_CLIENT, ACQUIRE -> true;
          default -> false;
        };
    return takesSpace && isRaised(Alarm.Kind.NOSPACE) ? FailureCode.NO_SPACE : null;
  }

  private boolean isRaised(Alarm.Kind kind) {
    return alarms.stream().anyMatch(alarm -> alarm.getKind() == kind);
  }

  private static boolean hasPut(Txn txn) {
    return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
        .anyMatch(op -> op.hasPut() || (op.hasTxn() && hasPut(op.getTxn())));
  }

  // --- transactions
  // --------------------------------------------------------------------------------

  private Outcome txn(Txn txn) {
    FailureCode refusal = check(txn);
    if (refusal != null) {
      return failed(refusal);
    }
    int failedCompare = failedCompare(txn);
    return new Outcome.TxnDone(0, failedCompare, run(txn).results());
  }

  private Map<String, Set<Long>> heldNow() {
    Map<String, Set<Long>> copy = new TreeMap<>();
    held.forEach((name, tokens) -> copy.put(name, Set.copyOf(tokens)));
    return copy;
  }

  Outcome readTxn(Txn txn) {
    now = state(revision());
    heldBefore = heldNow();
    return atRevision(txn(txn), revision());
  }

  Outcome range(Range range) {
    FailureCode refusal = check(range);
    return refusal == null
        ? new Outcome.Ranged(revision(), read(range, state(revision())))
        : atRevision(failed(refusal), revision());
  }

  private int failedCompare(Txn txn) {
    for (int i = 0; i < txn.getComparesCount(); i++) {
      if (!holds(txn.getCompares(i))) {
        return i;
      }
    }
    return -1;
  }

  private List<Op> branch(Txn txn) {
    return failedCompare(txn) < 0 ? txn.getSuccessList() : txn.getFailureList();
  }

  private @Nullable FailureCode check(Txn txn) {
    for (Compare compare : txn.getComparesList()) {
      if (compare.getTarget() == Compare.Target.UNCHANGED_SINCE) {
        FailureCode refusal =
            check(Range.newBuilder().setRevision(Math.max(1, compare.getNumber())).build());
        if (refusal != null) {
          return refusal;
        }
      }
      if (!holds(compare)) {
        break;
      }
    }
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
      return notFound(put.getLease());
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
    return new OpResult.TxnResult(failedCompare(txn) < 0, List.copyOf(results));
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
    events.add(
        new WatchEvent(
            WatchEvent.Kind.PUT,
            current,
            current.createRevision() == next ? null : beforeTheCommand(key)));
  }

  private OpResult delete(Delete delete) {
    List<KeyValue> old = within(now, delete.getKey(), delete.getRangeEnd());
    old.forEach(keyValue -> delete(keyValue.key()));
    return new OpResult.DeleteResult(old.size(), delete.getPrevKv() ? old : List.of());
  }

  private void delete(ByteString key) {
    now.remove(key);
    changed = true;
    sharedPlaces.removeIf(place -> place.endsWith(" " + key.toStringUtf8()));
    delayedPlaces.removeIf(place -> place.endsWith(" " + key.toStringUtf8()));
    lockDelays.keySet().removeIf(place -> place.endsWith(" " + key.toStringUtf8()));
    waits.keySet().removeIf(place -> place.endsWith(" " + key.toStringUtf8()));
    events.add(
        new WatchEvent(
            WatchEvent.Kind.DELETE,
            KeyValue.tombstone(key, revision() + 1),
            beforeTheCommand(key)));
  }

  private @Nullable KeyValue beforeTheCommand(ByteString key) {
    return states.get((int) revision()).get(key);
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
        .filter(keyValue -> isWithin(keyValue.key(), key, rangeEnd))
        .toList();
  }

  private static boolean isWithin(ByteString tested, ByteString key, ByteString rangeEnd) {
    return rangeEnd.isEmpty()
        ? tested.equals(key)
        : ORDER.compare(tested, key) >= 0
            && (rangeEnd.equals(ByteString.copyFrom(new byte[1]))
                || ORDER.compare(tested, rangeEnd) < 0);
  }

  /** Evaluates a compare on the state before the command. */
  private boolean holds(Compare compare) {
    if (compare.getTarget() == Compare.Target.HELD) {
      return heldBefore
          .getOrDefault(compare.getKey().toStringUtf8(), Set.of())
          .contains(compare.getNumber());
    }
    if (compare.getTarget() == Compare.Target.UNCHANGED_SINCE) {
      return events.stream()
          .map(WatchEvent::current)
          .filter(change -> change.modRevision() > compare.getNumber())
          .filter(change -> change.modRevision() <= revision())
          .noneMatch(change -> isWithin(change.key(), compare.getKey(), compare.getRangeEnd()));
    }
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

  private FailureCode notFound(long id) {
    return id > 0 && id <= lastAllocated ? FailureCode.CLIENT_ENDED : FailureCode.LEASE_NOT_FOUND;
  }

  private Outcome newClient(NewClient client, long index) {
    long id = allocateId();
    leases.put(id, new LeaseState(client.getTtl(), 0, index));
    return new Outcome.LeaseGranted(0, id, client.getTtl());
  }

  private long allocateId() {
    do {
      lastAllocated++;
    } while (leases.containsKey(lastAllocated));
    return lastAllocated;
  }

  private Outcome revoke(RevokeLease revoke, long index) {
    LeaseState lease = leases.get(revoke.getId());
    if (lease == null
        || (revoke.getTerm() != 0 && revoke.getTerm() != TestMachine.TERM)
        || (revoke.getGrantedIndex() != 0 && revoke.getGrantedIndex() != lease.grantedIndex())) {
      return failed(notFound(revoke.getId()));
    }
    int deleted = 0;
    for (ByteString key : attached(revoke.getId())) {
      int delay = revoke.getGrantedIndex() == 0 ? 0 : lockDelay(key);
      if (delay > 0) {
        delay(key, delay, index);
      } else {
        delete(key);
        deleted++;
      }
    }
    leases.remove(revoke.getId());
    return new Outcome.LeaseRevoked(0, deleted);
  }

  private int lockDelay(ByteString key) {
    KeyValue place = requireNonNull(now.get(key));
    return heldBefore.entrySet().stream()
        .filter(lock -> lock.getValue().contains(place.createRevision()))
        .filter(lock -> key.startsWith(Commands.bytes(lock.getKey() + "/")))
        .filter(lock -> isHeld(lock.getKey(), place))
        .mapToInt(lock -> lockDelays.getOrDefault(lock.getKey() + " " + key.toStringUtf8(), 0))
        .max()
        .orElse(0);
  }

  private void delay(ByteString key, int seconds, long index) {
    long id = allocateId();
    leases.put(id, new LeaseState(seconds, 0, index));
    KeyValue place = requireNonNull(now.get(key));
    for (String name : held.keySet()) {
      if (key.startsWith(Commands.bytes(name + "/"))) {
        delayedPlaces.add(name + " " + key.toStringUtf8());
      }
    }
    put(key, place.value(), id);
  }

  private Outcome release(Release release) {
    String name = release.getName().toStringUtf8();
    for (KeyValue place : held.containsKey(name) ? queue(name) : List.<KeyValue>of()) {
      if (place.createRevision() == release.getToken()) {
        if (isDelayed(name, place)) {
          break;
        }
        delete(place.key());
        return new Outcome.Done(0);
      }
    }
    return failed(FailureCode.STALE_TOKEN);
  }

  List<ByteString> attached(long lease) {
    return now.values().stream()
        .filter(keyValue -> lease != 0 && keyValue.lease() == lease)
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
      return failed(notFound(acquire.getLease()));
    }
    String name = acquire.getName().toStringUtf8();
    held.computeIfAbsent(name, unused -> new TreeSet<>());
    grantLock(name);
    ByteString key = Commands.bytes(name + "/" + Long.toHexString(acquire.getLease()));
    boolean shared = acquire.getMode() == Acquire.Mode.SHARED;
    boolean made = !now.containsKey(key);
    if (made) {
      boolean free =
          queue(name).stream()
              .allMatch(place -> shared && isShared(name, place) && !isDelayed(name, place));
      if (acquire.getTryOnly() && !free) {
        return new Outcome.LockPlace(0, null, 0, false);
      }
      put(key, ByteString.EMPTY, acquire.getLease());
      lockDelays.put(name + " " + key.toStringUtf8(), (int) acquire.getLockDelay());
      if (shared) {
        sharedPlaces.add(name + " " + key.toStringUtf8());
      }
      if (acquire.getWait() != 0) {
        waits.put(name + " " + key.toStringUtf8(), List.of(acquire.getWait()));
      }
    }
    grantLock(name);
    KeyValue place = requireNonNull(now.get(key));
    if (isShared(name, place) != shared) {
      return failed(FailureCode.LOCK_MODE);
    }
    boolean isHeld = holders(name).contains(place);
    if (acquire.getTryOnly() && !isHeld) {
      return new Outcome.LockPlace(0, null, 0, false);
    }
    if (!made && isHeld) {
      waits.remove(name + " " + key.toStringUtf8());
    } else if (!made && acquire.getWait() != 0) {
      waits.computeIfPresent(
          name + " " + key.toStringUtf8(),
          (id, calls) ->
              Stream.concat(
                      calls.stream().skip(Math.max(0, calls.size() - 15)),
                      Stream.of(acquire.getWait()))
                  .toList());
    }
    return new Outcome.LockPlace(0, key, place.createRevision(), isHeld);
  }

  private Outcome memberNote(MemberNote note) {
    Integer before = processes.put(note.getId(), note.getProcess());
    if (before == null || before == note.getProcess()) {
      return new Outcome.Done(0);
    }
    for (String name : List.copyOf(held.keySet())) {
      for (KeyValue place : queue(name)) {
        String id = name + " " + place.key().toStringUtf8();
        List<Long> calls = waits.getOrDefault(id, List.of());
        List<Long> rest = calls.stream().filter(call -> call >> 32 != before).toList();
        if (!isDelayed(name, place) && !holders(name).contains(place) && !rest.equals(calls)) {
          waits.put(id, rest);
          if (rest.isEmpty()) {
            delete(place.key());
          }
        }
      }
    }
    return new Outcome.Done(0);
  }

  private Outcome withdraw(Withdraw withdraw) {
    String name = withdraw.getName().toStringUtf8();
    ByteString key = Commands.bytes(name + "/" + Long.toHexString(withdraw.getLease()));
    String id = name + " " + key.toStringUtf8();
    List<Long> calls = waits.getOrDefault(id, List.of());
    if (calls.contains(withdraw.getWait()) && !isDelayed(name, requireNonNull(now.get(key)))) {
      List<Long> rest = calls.stream().filter(call -> call != withdraw.getWait()).toList();
      waits.put(id, rest);
      if (rest.isEmpty()) {
        delete(key);
      }
    }
    return new Outcome.Done(0);
  }

  /**
   * Grants the lock from the front of the queue: to one exclusive place, or to all shared places
   * before the first other one.
   */
  private void grantLock(String name) {
    Set<Long> tokens = requireNonNull(held.get(name));
    List<KeyValue> queue = queue(name);
    tokens.retainAll(
        queue.stream()
            .filter(place -> !isDelayed(name, place))
            .map(KeyValue::createRevision)
            .toList());
    for (int i = 0; i < queue.size(); i++) {
      KeyValue place = queue.get(i);
      boolean exclusive = !isShared(name, place);
      if (isDelayed(name, place) || (i > 0 && exclusive)) {
        return;
      }
      tokens.add(place.createRevision());
      if (exclusive) {
        return;
      }
    }
  }

  List<KeyValue> holders(String name) {
    return queue(name).stream().filter(place -> isHeld(name, place)).toList();
  }

  private boolean isHeld(String name, KeyValue place) {
    return held.getOrDefault(name, Set.of()).contains(place.createRevision())
        && !isDelayed(name, place);
  }

  private boolean isDelayed(String name, KeyValue place) {
    return delayedPlaces.contains(name + " " + place.key().toStringUtf8());
  }

  private List<KeyValue> queue(String name) {
    return now.values().stream()
        .filter(keyValue -> keyValue.key().startsWith(Commands.bytes(name + "/")))
        .sorted(Comparator.comparing(KeyValue::createRevision).thenComparing(KeyValue::key, ORDER))
        .toList();
  }

  private boolean isShared(String name, KeyValue place) {
    return sharedPlaces.contains(name + " " + place.key().toStringUtf8());
  }
}
