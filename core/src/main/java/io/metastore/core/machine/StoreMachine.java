package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.KeyOrder;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.LockPlaceView;
import io.metastore.core.api.Outcome;
import io.metastore.core.auth.AuthChanges;
import io.metastore.core.auth.GivenToken;
import io.metastore.core.auth.Rules;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.CheckpointLeases;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Compact;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.EndSession;
import io.metastore.core.command.GrantLease;
import io.metastore.core.command.Login;
import io.metastore.core.command.MemberNote;
import io.metastore.core.command.NewClient;
import io.metastore.core.command.Release;
import io.metastore.core.command.RevokeLease;
import io.metastore.core.command.Slice;
import io.metastore.core.command.Withdraw;
import io.metastore.core.kv.KeyCounts;
import io.metastore.core.kv.KeyScan;
import io.metastore.core.kv.PageCounts;
import io.metastore.core.kv.StoredKey;
import io.metastore.core.lease.Lease;
import io.metastore.core.lease.LeaseEvent;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.lock.LockTable;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageException;
import io.metastore.core.storage.StorageOptions;
import io.metastore.core.storage.WriteSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies log entries to the tables, in log order.
 *
 * <ul>
 *   <li>The result depends on the arguments and the tables only: the same entries produce the same
 *       tables on every member.
 *   <li>An index that is already applied is ignored, so replay is harmless.
 *   <li>A command that cannot be done ends in {@link Outcome.Failed} and changes nothing. An
 *       exception means a bug or a disk failure: the caller must stop the member.
 *   <li>All changes of an entry and its index become visible together; they are durable after the
 *       next flush.
 * </ul>
 *
 * <p>Owned by the apply thread, except {@link #tryView}, {@link #useTables}, {@link #checkpoint},
 * {@link #access}, {@link #keys} and the methods that read alarms.
 */
public final class StoreMachine implements AutoCloseable {
  /** Source: etcd's {@code MaxLeaseTTL}; about 285 years. */
  public static final long LEASE_TTL_MAX = 9_000_000_000L;

  /** Maximum lock-delay in seconds. */
  public static final long LOCK_DELAY_MAX = 60;

  /** A command that changes many keys reads this many at a time. */
  static final int KEYS_AT_ONCE = 1_000;

  /** A command that deletes many keys reads this many bytes of keys and values at a time. */
  static final long BYTES_AT_ONCE = 4L << 20;

  private final Storage storage;
  private final long responseBytesMax;
  private final PageCounts pages = new PageCounts();
  private final LockTable locks;
  private final KeyCounts counts;
  private StoreState state;
  private volatile Rules access;
  private volatile List<Alarm> alarms;
  private volatile StoreView view;

  /**
   * Starts from tables left by the last run or by a snapshot; owns and finally closes them.
   *
   * @param responseBytesMax larger answers to reads are refused
   * @throws StorageException if the tables have another version's layout; they are closed then
   */
  public StoreMachine(Storage storage, long responseBytesMax) {
    this.storage = storage;
    this.responseBytesMax = responseBytesMax;
    this.state = StoreState.read(storage);
    try {
      TableFormat.check(storage, /* empty= */ state.index() < 0);
    } catch (StorageException e) {
      storage.close();
      throw e;
    }
    this.locks = new LockTable(storage);
    this.counts = new KeyCounts(storage);
    this.access = Rules.read(storage);
    this.alarms = AlarmTable.read(storage);
    this.view = newView(state);
  }

  /** The position and counters after the last applied entry. */
  public StoreState state() {
    return state;
  }

  /**
   * The store as of the last applied entry, retained for the caller. Thread-safe.
   *
   * @return null if the view was just replaced or the machine was closed; then call again
   */
  public @Nullable StoreView tryView() {
    StoreView current = view;
    return current.tryRetain() ? current : null;
  }

  /**
   * Runs a task on the tables, which stay open meanwhile; does nothing if they have just been
   * replaced by those of a checkpoint. Thread-safe.
   */
  public void useTables(Consumer<Storage> task) {
    StoreView retained = tryView();
    if (retained == null) {
      return;
    }
    try {
      task.accept(storage);
    } finally {
      retained.release();
    }
  }

  /**
   * Writes a complete, durable copy of the tables into {@code target}, which must not exist.
   * Thread-safe: entries are applied meanwhile.
   *
   * @return the state in the copy; null if it contains only a part of an entry, or if the tables
   *     have just been replaced and there is no copy
   */
  public @Nullable StoreState checkpoint(Path target) {
    useTables(tables -> tables.checkpoint(target));
    if (!Files.exists(target)) {
      return null;
    }
    try (Storage copy = Storage.openReadOnly(target, StorageOptions.DEFAULT)) {
      return StoreState.isTorn(copy) ? null : StoreState.read(copy);
    }
  }

  /** The access rules, at least as new as any view returned before. Thread-safe. */
  public AccessRules access() {
    return access;
  }

  /** The number of keys, at least as new as any view returned before. Thread-safe. */
  public long keys() {
    return counts.total();
  }

  /** The raised alarms, at least as new as any view returned before. Thread-safe. */
  public List<Alarm> alarms() {
    return alarms;
  }

  /** Why the alarms that are raised now refuse a command; null if they do not. Thread-safe. */
  public @Nullable Failure findAlarmRefusal(Command command) {
    return AlarmTable.findRefusal(alarms, command);
  }

  /**
   * Applies one entry.
   *
   * @param origin process whose slices' outcomes are returned
   * @param announce called with the result before any reader can see the entry
   */
  public Applied apply(
      long term, long index, CommandBatch batch, long origin, Consumer<Applied> announce) {
    if (index <= state.index()) {
      return Applied.nothing(state, index);
    }
    long timeMs = Math.max(batch.getTimeMs(), state.timeMs());
    ApplyContext context = new ApplyContext(storage, locks, counts, timeMs, state, access, alarms);
    List<Applied.SliceOutcomes> slices = new ArrayList<>();
    for (Slice slice : batch.getSlicesList()) {
      List<Outcome> outcomes = new ArrayList<>(slice.getCommandsCount());
      for (Command command : slice.getCommandsList()) {
        outcomes.add(apply(command, term, index, context));
      }
      if (slice.getOrigin() == origin) {
        slices.add(new Applied.SliceOutcomes(slice.getSequence(), outcomes));
      }
    }
    StoreState next = context.end(term, index);
    if (!context.auth().equals(access.settings())) {
      access = Rules.read(storage);
    }
    alarms = context.alarms();
    Applied applied = context.applied(index, slices);
    announce.accept(applied);
    publish(next);
    // Only now can they drop what the entry deleted, because no new reader sees the state before
    // it.
    storage.resumeCompactions();
    return applied;
  }

  /** Records the position of an entry of Raft's own, which changes no data. */
  public void skip(long term, long index) {
    if (index > state.index()) {
      state = state.at(term, index);
    }
  }

  /**
   * Applies a configuration entry of Raft.
   *
   * @param members the new configuration, which does not list removed members
   * @param announce called with the result before any reader can see the entry
   */
  public Applied configure(
      long term, long index, Configuration members, Consumer<Applied> announce) {
    if (index <= state.index()) {
      return Applied.nothing(state, index);
    }
    ApplyContext context =
        new ApplyContext(storage, locks, counts, state.timeMs(), state, access, alarms);
    MemberTable.configure(context.writes(), members);
    ZookeeperConfiguration.update(context);
    StoreState next = context.end(term, index);
    Applied applied = context.applied(index, List.of());
    announce.accept(applied);
    publish(next);
    return applied;
  }

  /** The tables; the machine owns them. */
  public Storage storage() {
    return storage;
  }

  /** Stores the position recorded by {@link #skip}, so that the next start knows it. */
  public void writePosition() {
    WriteSet writes = storage.newWriteSet();
    state.write(writes);
    storage.write(writes);
  }

  /** Ends the use of the tables, and leaves them open. */
  void leaveTables() {
    view.release();
  }

  /** Closes the tables. Retained views stay valid until released. */
  @Override
  public void close() {
    leaveTables();
    storage.close();
  }

  private void publish(StoreState next) {
    StoreView previous = view;
    state = next;
    view = newView(next);
    previous.release();
  }

  private StoreView newView(StoreState at) {
    return new StoreView(at, access, alarms, storage.snapshotForScans(), responseBytesMax, pages);
  }

  private Outcome apply(Command command, long term, long index, ApplyContext context) {
    if (context.auth().getEnabled() && isClients(command)) {
      Failure refusal = findRefusal(command, context);
      if (refusal != null) {
        return new Outcome.Failed(context.revision(), refusal);
      }
    }
    Failure refusal = AlarmTable.findRefusal(context.alarms(), command);
    if (refusal != null) {
      return command.hasTreeChange()
          ? TreeCommands.refuse(command.getTreeChange(), refusal.code(), context)
          : new Outcome.Failed(context.revision(), refusal);
    }
    return switch (command.getKindCase()) {
      case TXN -> TxnEvaluator.apply(command.getTxn(), command.getAuthor(), context);
      case NEW_CLIENT -> newClient(command.getNewClient(), index, context);
      case RELEASE -> release(command.getRelease(), context);
      case WITHDRAW -> withdraw(command.getWithdraw(), context);
      case GRANT_LEASE -> grantLease(command.getGrantLease(), index, context);
      case REVOKE_LEASE -> revokeLease(command.getRevokeLease(), term, index, context);
      case CHECKPOINT_LEASES -> checkpointLeases(command.getCheckpointLeases(), term, context);
      case COMPACT -> compact(command.getCompact(), context);
      case ACQUIRE -> acquire(command.getAcquire(), context);
      case MEMBER_NOTE -> memberNote(command.getMemberNote(), context);
      case MOVE_PEER ->
          membersChanged(MemberTable.move(context.writes(), command.getMovePeer()), context);
      case ADD_PEER ->
          membersChanged(MemberTable.add(context.writes(), command.getAddPeer()), context);
      case DROP_PEER ->
          membersChanged(MemberTable.drop(context.writes(), command.getDropPeer()), context);
      case AUTH_CHANGE -> authChange(command.getAuthChange(), context);
      case LOGIN -> login(command.getLogin(), index, context);
      case OPEN_SESSION -> TreeCommands.openSession(command.getOpenSession(), index, context);
      case ATTACH_SESSION -> TreeCommands.attachSession(command.getAttachSession(), context);
      case END_SESSION -> endSession(command.getEndSession(), index, context);
      case TREE_CHANGE -> TreeCommands.change(command.getTreeChange(), context);
      case REAP_NODE -> TreeCommands.reap(command.getReapNode(), context);
      case CHANGE_ALARM -> AlarmTable.apply(command.getChangeAlarm(), context);
      case HASH_POINT -> {
        context.hashPoint();
        yield new Outcome.HashPoint(context.revision(), index);
      }
      case KIND_NOT_SET ->
          throw new IllegalStateException(
              "log entry " + index + " contains a command that this version does not know");
    };
  }

  /** Why access control refuses a client's command; null if it does not. Access control is on. */
  private static @Nullable Failure findRefusal(Command command, ApplyContext context) {
    long current = context.auth().getRevision();
    if (command.getAuthRevision() != current) {
      return Failure.of(
          FailureCode.AUTH_CHANGED, "checked", command.getAuthRevision(), "current", current);
    }
    boolean permitted =
        command.getAuthor().isEmpty()
            || LeaseRights.permit(command, context.access(), context.writes());
    return permitted
        ? null
        : Failure.of(FailureCode.PERMISSION_DENIED, "author", command.getAuthor());
  }

  /**
   * Whether a command was requested by a client of the key space, as opposed to proposed by a
   * member on its own.
   */
  private static boolean isClients(Command command) {
    return switch (command.getKindCase()) {
      case TXN, NEW_CLIENT, GRANT_LEASE, ACQUIRE, RELEASE, AUTH_CHANGE, LOGIN -> true;
      case COMPACT -> !command.getCompact().getAutomatic();
      // With an index, a leader proposed it because the lease expired.
      case REVOKE_LEASE -> command.getRevokeLease().getGrantedIndex() == 0;
      // The znode tree has its own access lists.
      case OPEN_SESSION, ATTACH_SESSION, END_SESSION, TREE_CHANGE -> false;
      // Alarms are usually changed by members; like in etcd, the rights of clients to change alarms
      // and members are checked in the API.
      case WITHDRAW,
          CHECKPOINT_LEASES,
          MEMBER_NOTE,
          MOVE_PEER,
          ADD_PEER,
          DROP_PEER,
          CHANGE_ALARM,
          REAP_NODE,
          HASH_POINT,
          KIND_NOT_SET ->
          false;
    };
  }

  private static Outcome authChange(AuthChange change, ApplyContext context) {
    Failure refusal = AuthChanges.apply(change, context.writes());
    context.authChanged();
    return outcome(refusal, context);
  }

  private static Outcome outcome(@Nullable Failure refusal, ApplyContext context) {
    return refusal == null
        ? new Outcome.Done(context.revision())
        : new Outcome.Failed(context.revision(), refusal);
  }

  /** The user's password was checked at the current auth revision. */
  private static Outcome login(Login login, long index, ApplyContext context) {
    if (!context.auth().getEnabled()) {
      return failed(context, FailureCode.AUTH_NOT_ENABLED);
    }
    String token = login.getNonce() + "." + index;
    context.add(new GivenToken(token, login.getUser(), context.auth().getRevision()));
    return new Outcome.LoggedIn(context.revision(), token);
  }

  private static Outcome newClient(NewClient client, long index, ApplyContext context) {
    if (client.getTtl() > LEASE_TTL_MAX) {
      return failed(context, FailureCode.LEASE_TTL_TOO_LARGE, "ttl", client.getTtl());
    }
    long id = LeaseTable.allocateId(context.writes());
    update(new Lease(id, client.getTtl(), 0, index, Lease.Kind.CLIENT, client.getLabel()), context);
    return new Outcome.LeaseGranted(context.revision(), id, client.getTtl());
  }

  private static Outcome grantLease(GrantLease grant, long index, ApplyContext context) {
    if (grant.getTtl() > LEASE_TTL_MAX) {
      return failed(context, FailureCode.LEASE_TTL_TOO_LARGE, "ttl", grant.getTtl());
    }
    if (LeaseTable.find(context.writes(), grant.getId()) != null) {
      return failed(context, FailureCode.LEASE_EXISTS, "lease", grant.getId());
    }
    update(new Lease(grant.getId(), grant.getTtl(), 0, index, Lease.Kind.GRANTED, ""), context);
    return new Outcome.LeaseGranted(context.revision(), grant.getId(), grant.getTtl());
  }

  private static Outcome revokeLease(
      RevokeLease revoke, long term, long index, ApplyContext context) {
    Lease lease = LeaseTable.find(context.writes(), revoke.getId());
    if (lease == null
        || isOutdated(revoke.getTerm(), term)
        || (revoke.getGrantedIndex() != 0 && revoke.getGrantedIndex() != lease.grantedIndex())) {
      return notFound(context, revoke.getId());
    }
    int deleted = end(lease, revoke.getGrantedIndex() != 0, index, context);
    return new Outcome.LeaseRevoked(context.revision(), deleted);
  }

  private static Outcome endSession(EndSession end, long index, ApplyContext context) {
    Outcome refusal = TreeCommands.takeEnd(end, context);
    if (refusal != null) {
      return refusal;
    }
    Lease lease =
        requireNonNull(LeaseTable.find(context.writes(), end.getSession()), "lease of a session");
    end(lease, false, index, context);
    return new Outcome.Done(context.revision());
  }

  /**
   * Ends a lease and deletes, in one revision, everything attached to it.
   *
   * @return number of deleted keys
   */
  private static int end(Lease lease, boolean expired, long index, ApplyContext context) {
    int deleted = 0;
    List<ByteString> keys = List.of();
    do {
      ByteString from =
          keys.isEmpty() ? ByteString.EMPTY : KeyOrder.after(keys.get(keys.size() - 1));
      keys = LeaseTable.keys(context.writes(), lease.id(), from, KEYS_AT_ONCE);
      List<ByteString> rest = keys;
      while (!rest.isEmpty()) {
        List<StoredKey> some = KeyScan.each(context.writes(), rest, BYTES_AT_ONCE);
        for (StoredKey attached : some) {
          int delay = expired ? context.locks().delay(context.writes(), attached.version()) : 0;
          if (delay > 0) {
            delay(attached, delay, index, context);
          } else {
            context.delete(attached);
            deleted++;
          }
        }
        rest = rest.subList(some.size(), rest.size());
      }
    } while (!keys.isEmpty());
    if (lease.kind() == Lease.Kind.SESSION) {
      TreeCommands.removeSession(lease.id(), context);
    }
    context.endCommand();
    LeaseTable.remove(context.writes(), lease.id());
    context.add(new LeaseEvent.Revoked(lease.id()));
    return deleted;
  }

  /**
   * Keeps a place with its token for the lock-delay, attached to a new lease that ends with the
   * delay.
   */
  private static void delay(StoredKey stored, int delay, long index, ApplyContext context) {
    KeyValue place = stored.version();
    long id = LeaseTable.allocateId(context.writes());
    update(new Lease(id, delay, 0, index, Lease.Kind.LOCK_DELAY, ""), context);
    context.locks().delayed(context.writes(), place, context.lockEvents());
    context.putVersion(place.key(), place.value(), id, stored);
  }

  private static Outcome checkpointLeases(
      CheckpointLeases checkpoint, long term, ApplyContext context) {
    if (isOutdated(checkpoint.getTerm(), term)) {
      return new Outcome.Done(context.revision());
    }
    for (CheckpointLeases.Remaining remaining : checkpoint.getLeasesList()) {
      Lease lease = LeaseTable.find(context.writes(), remaining.getId());
      if (lease != null) {
        update(lease.withRemaining(remaining.getRemaining()), context);
      }
    }
    return new Outcome.Done(context.revision());
  }

  /** Whether a command was proposed by a leader of an earlier term. */
  private static boolean isOutdated(long proposedIn, long term) {
    return proposedIn != 0 && proposedIn != term;
  }

  private static void update(Lease lease, ApplyContext context) {
    LeaseTable.put(context.writes(), lease);
    context.add(new LeaseEvent.Updated(lease));
  }

  private static Outcome compact(Compact compact, ApplyContext context) {
    long revision = compact.getRevision();
    if (revision <= context.compacted()) {
      return failed(
          context, FailureCode.COMPACTED, "requested", revision, "compacted", context.compacted());
    }
    if (revision > context.revision()) {
      return failed(
          context,
          FailureCode.FUTURE_REVISION,
          "requested",
          revision,
          "current",
          context.revision());
    }
    context.compact(revision);
    return new Outcome.Done(context.revision());
  }

  private static Outcome acquire(Acquire acquire, ApplyContext context) {
    if (LeaseTable.find(context.writes(), acquire.getLease()) == null) {
      return notFound(context, acquire.getLease());
    }
    ByteString name = acquire.getName();
    LockTable locks = context.locks();
    if (!locks.isActive(name)) {
      List<KeyValue> contenders =
          KeyScan.allWithPrefix(context.writes(), LockTable.contendersPrefix(name));
      locks.activate(context.writes(), name, contenders, context.timeMs());
      if (!contenders.isEmpty()) {
        locks.grant(context.writes(), name, context.lockEvents());
      }
    }
    ByteString key = LockTable.placeKey(name, acquire.getLease());
    StoredKey stored = context.find(key);
    KeyValue place = stored == null ? null : stored.version();
    boolean made = place == null;
    if (place == null) {
      if (acquire.getTryOnly() && locks.mustWait(context.writes(), name, acquire.getMode())) {
        return taken(context);
      }
      place = context.putVersion(key, ByteString.EMPTY, acquire.getLease(), null);
      int delay = (int) Math.min(acquire.getLockDelay(), LOCK_DELAY_MAX);
      locks.add(
          context.writes(),
          name,
          place,
          acquire.getMode(),
          delay,
          acquire.getWait(),
          context.timeMs());
      context.placeAdded();
      context.endCommand();
    }
    locks.grant(context.writes(), name, context.lockEvents());
    LockTable.Place queued =
        requireNonNull(
            LockTable.find(context.writes(), name, key, place.createRevision()),
            "place is in the queue");
    if (queued.mode() != acquire.getMode()) {
      return failed(context, FailureCode.LOCK_MODE, "mode", queued.mode());
    }
    if (acquire.getTryOnly() && !queued.held()) {
      return taken(context);
    }
    if (!made) {
      locks.join(context.writes(), queued, acquire.getWait());
    }
    return new Outcome.LockPlace(context.revision(), key, place.createRevision(), queued.held());
  }

  private static Outcome taken(ApplyContext context) {
    return new Outcome.LockPlace(context.revision(), null, 0, false);
  }

  private static Outcome release(Release release, ApplyContext context) {
    LockTable.Place place =
        context.locks().place(context.writes(), release.getName(), release.getToken());
    if (place == null || place.state() == LockPlaceView.State.DELAYED) {
      return failed(context, FailureCode.STALE_TOKEN, "token", release.getToken());
    }
    context.delete(requireNonNull(context.find(place.key()), "place exists"));
    context.endCommand();
    return new Outcome.Done(context.revision());
  }

  private static Outcome memberNote(MemberNote note, ApplyContext context) {
    MemberNote before = MemberTable.find(context.writes(), note.getId());
    MemberTable.put(context.writes(), note);
    if (before != null && before.getProcess() != note.getProcess()) {
      for (LockTable.Place place :
          context.locks().leaveAll(context.writes(), before.getProcess())) {
        context.delete(requireNonNull(context.find(place.key()), "place exists"));
      }
      context.endCommand();
    }
    return membersChanged(null, context);
  }

  /** Ends a command that may have changed the members. */
  private static Outcome membersChanged(@Nullable Failure refusal, ApplyContext context) {
    ZookeeperConfiguration.update(context);
    return outcome(refusal, context);
  }

  private static Outcome withdraw(Withdraw withdraw, ApplyContext context) {
    ByteString key = LockTable.placeKey(withdraw.getName(), withdraw.getLease());
    StoredKey place = context.find(key);
    LockTable.Place queued =
        place == null
            ? null
            : LockTable.find(
                context.writes(), withdraw.getName(), key, place.version().createRevision());
    if (place != null
        && queued != null
        && context.locks().leave(context.writes(), queued, withdraw.getWait())) {
      context.delete(place);
      context.endCommand();
    }
    return new Outcome.Done(context.revision());
  }

  private static Outcome notFound(ApplyContext context, long lease) {
    return new Outcome.Failed(context.revision(), LeaseTable.notFound(context.writes(), lease));
  }

  private static Outcome failed(ApplyContext context, FailureCode code, Object... facts) {
    return new Outcome.Failed(context.revision(), Failure.of(code, facts));
  }
}
