package io.metastore.core.machine;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.SessionEvent;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.auth.AuthSettings;
import io.metastore.core.auth.AuthTable;
import io.metastore.core.auth.GivenToken;
import io.metastore.core.auth.Rules;
import io.metastore.core.command.Alarm;
import io.metastore.core.kv.KeyCounts;
import io.metastore.core.kv.KvTable;
import io.metastore.core.kv.RangeReader;
import io.metastore.core.kv.StoredKey;
import io.metastore.core.lease.LeaseEvent;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.lock.LockEvent;
import io.metastore.core.lock.LockTable;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of one log entry while it is applied: its changes so far and their effects. Every
 * change of a key is made through this class, so that versions, lease attachments, lock queues and
 * events stay consistent.
 *
 * <p>Memory is bounded, although one command may delete every existing key. Changes are written in
 * parts of about {@link #PART_BYTES}. Readers see none of them before the entry's view is
 * published. If the process dies before the last part is on disk, the next start finds the tables
 * torn and rebuilds them from a checkpoint and the log. Events beyond {@link #EVENTS_BYTES_MAX} are
 * not kept: watchers read them from the change log.
 */
final class ApplyContext {
  /**
   * Small enough that a part is written and free before the garbage collector has to copy it. Every
   * member must write the same parts, because the digest is computed per part.
   */
  static final int PART_BYTES = 1 << 20;

  /**
   * Compactions pause once an entry has written this many parts. Most entries write fewer: pausing
   * takes some milliseconds.
   */
  private static final int PAUSE_AFTER_PARTS = 6;

  /**
   * With this many parts, they resume although the entry is not complete: otherwise it would leave
   * too many files to read.
   */
  private static final int RESUME_AFTER_PARTS = 512;

  static final long EVENTS_BYTES_MAX = 4L << 20;

  /** Memory per event besides its keys and values. */
  private static final int EVENT_BYTES = 256;

  private final Storage storage;
  private final WriteSet writes;
  private final LockTable locks;
  private final KeyCounts counts;
  private final List<WatchEvent> events = new ArrayList<>();
  private long eventsBytes;
  private long puts;
  private long putBytes;
  private long deletes;
  private final List<LockEvent> lockEvents = new ArrayList<>();
  private long placesAdded;
  private final List<LeaseEvent> leaseEvents = new ArrayList<>();
  private final List<GivenToken> tokens = new ArrayList<>();
  private final List<TreeEvent> treeEvents = new ArrayList<>();
  private final List<SessionEvent> sessionEvents = new ArrayList<>();

  /** Locks that lost a place in the current command, in the order of the losses. */
  private final Set<ByteString> locksToGrant = new LinkedHashSet<>();

  private final long timeMs;
  private long revision;
  private long compacted;
  private Rules access;
  private AuthSettings auth;
  private List<Alarm> alarms;
  private int changesInCommand;
  private long digest;
  private int partsWritten;
  private boolean treeChanged;
  private boolean hashPoint;

  /**
   * @param timeMs the time of the entry
   * @param before the state before the entry
   * @param access the access rules before the entry
   * @param alarms the raised alarms before the entry
   */
  ApplyContext(
      Storage storage,
      LockTable locks,
      KeyCounts counts,
      long timeMs,
      StoreState before,
      Rules access,
      List<Alarm> alarms) {
    this.timeMs = timeMs;
    this.storage = storage;
    this.writes = storage.newWriteSet();
    this.digest = before.digest();
    this.locks = locks;
    this.counts = counts;
    this.revision = before.revision();
    this.compacted = before.compacted();
    this.access = access;
    this.auth = access.settings();
    this.alarms = alarms;
  }

  WriteSet writes() {
    return writes;
  }

  LockTable locks() {
    return locks;
  }

  long timeMs() {
    return timeMs;
  }

  /** The newest revision, without the changes of the current command. */
  long revision() {
    return revision;
  }

  long compacted() {
    return compacted;
  }

  /** The access control switch after the commands so far. */
  AuthSettings auth() {
    return auth;
  }

  /** The access rules after the commands so far. */
  Rules access() {
    if (!auth.equals(access.settings())) {
      access = Rules.read(writes);
    }
    return access;
  }

  /** Reloads the auth tables after a change. */
  void authChanged() {
    auth = AuthTable.settings(writes);
  }

  /** The raised alarms after the commands so far. */
  List<Alarm> alarms() {
    return alarms;
  }

  /** Reloads the alarms after a change. */
  void alarmsChanged() {
    alarms = AlarmTable.read(writes);
  }

  /**
   * The newest revision as the current command sees it: if the command has made changes, they form
   * the next revision.
   */
  long visibleRevision() {
    return changesInCommand == 0 ? revision : revision + 1;
  }

  /**
   * Ends a command. If it changed anything, all its changes form one new revision. Locks that lost
   * places are granted to the next places only now, after all changes.
   */
  void endCommand() {
    for (ByteString name : locksToGrant) {
      locks.grant(writes, name, lockEvents);
    }
    locksToGrant.clear();
    if (changesInCommand > 0 || treeChanged) {
      revision++;
      changesInCommand = 0;
      treeChanged = false;
    }
  }

  /**
   * Reads ranges with all changes so far.
   *
   * @param atRevision the revision that a range without one is read at
   * @param bytesMax maximum bytes that one range may return
   */
  RangeReader ranges(long atRevision, long bytesMax) {
    counts.write(writes);
    return new RangeReader(writes, atRevision, compacted, bytesMax, /* pages= */ null);
  }

  @Nullable StoredKey find(ByteString key) {
    return KvTable.findStored(writes, key);
  }

  /** Puts a key that may be, but need not be, a place in a lock's queue. */
  void put(ByteString key, ByteString value, long lease, @Nullable StoredKey previous) {
    KeyValue current = putVersion(key, value, lease, previous);
    if (previous == null) {
      locks.created(writes, current, timeMs);
    }
  }

  /** Puts a new version only; the caller updates the lock's queue if the key is a place. */
  KeyValue putVersion(ByteString key, ByteString value, long lease, @Nullable StoredKey previous) {
    KeyValue before = previous == null ? null : before(previous.version());
    KeyValue current =
        KvTable.put(
            writes, revision + 1, changesInCommand++, compacted, key, value, lease, previous);
    if (previous == null) {
      counts.created(writes, key);
    }
    long previousLease = previous == null ? 0 : previous.version().lease();
    if (previousLease != lease) {
      if (previousLease != 0) {
        LeaseTable.detach(writes, previousLease, key);
      }
      if (lease != 0) {
        LeaseTable.attach(writes, lease, key);
      }
    }
    boolean created = current.createRevision() == current.modRevision();
    puts++;
    putBytes += key.size() + value.size();
    add(new WatchEvent(WatchEvent.Kind.PUT, current, created ? null : before));
    writePartIfLarge();
    return current;
  }

  void delete(StoredKey stored) {
    KeyValue previous = stored.version();
    KeyValue before = before(previous);
    KvTable.delete(writes, revision + 1, changesInCommand++, compacted, stored);
    counts.deleted(previous.key());
    if (previous.lease() != 0) {
      LeaseTable.detach(writes, previous.lease(), previous.key());
    }
    KeyValue tombstone = KeyValue.tombstone(previous.key(), revision + 1);
    deletes++;
    add(new WatchEvent(WatchEvent.Kind.DELETE, tombstone, before));
    locksToGrant.addAll(locks.deleted(writes, previous, lockEvents));
    writePartIfLarge();
  }

  /**
   * The version of a key before the current command, regardless of the command's own changes. etcd
   * sends watchers this version as the previous one, and watchers that catch up read the same.
   *
   * @param replaced the version just replaced, possibly made by the command itself
   */
  private @Nullable KeyValue before(KeyValue replaced) {
    if (replaced.modRevision() <= revision || eventsOmitted()) {
      return replaced;
    }
    for (int i = events.size() - changesInCommand; i < events.size(); i++) {
      if (events.get(i).current().key().equals(replaced.key())) {
        return events.get(i).previous();
      }
    }
    throw new IllegalStateException("no event of the command made this version: " + replaced);
  }

  private void add(WatchEvent event) {
    KeyValue previous = event.previous();
    eventsBytes +=
        EVENT_BYTES
            + event.current().key().size()
            + event.current().value().size()
            + (previous == null ? 0 : previous.value().size());
    if (eventsOmitted()) {
      events.clear();
    } else {
      events.add(event);
    }
  }

  private boolean eventsOmitted() {
    return eventsBytes > EVENTS_BYTES_MAX;
  }

  private void writePartIfLarge() {
    if (writes.sizeBytes() >= PART_BYTES) {
      counts.write(writes);
      digest = StateDigest.next(digest, writes);
      StoreState.writeTorn(writes);
      storage.write(writes);
      writes.clear();
      partsWritten++;
      if (partsWritten == PAUSE_AFTER_PARTS) {
        storage.pauseCompactions();
      } else if (partsWritten == RESUME_AFTER_PARTS) {
        storage.resumeCompactions();
      }
    }
  }

  /** Writes the remaining changes and the new state. */
  StoreState end(long term, long index) {
    counts.write(writes);
    StoreState after =
        new StoreState(term, index, revision, compacted, timeMs, StateDigest.next(digest, writes));
    if (partsWritten > 0) {
      StoreState.writeWhole(writes);
    }
    after.write(writes);
    storage.write(writes);
    return after;
  }

  /** The result of the entry. */
  Applied applied(long index, List<Applied.SliceOutcomes> slices) {
    return new Applied(
        index,
        revision,
        compacted,
        slices,
        events,
        puts,
        putBytes,
        deletes,
        lockEvents,
        placesAdded,
        leaseEvents,
        treeEvents,
        sessionEvents,
        tokens,
        hashPoint);
  }

  void compact(long atRevision) {
    compacted = atRevision;
  }

  /** The state after the entry is to be hashed. */
  void hashPoint() {
    hashPoint = true;
  }

  void add(LeaseEvent event) {
    leaseEvents.add(event);
  }

  void add(GivenToken token) {
    tokens.add(token);
  }

  /** Adds events of a change of the znode tree by the current command. */
  void addTreeChange(List<TreeEvent> changes) {
    treeChanged = true;
    treeEvents.addAll(changes);
    writePartIfLarge();
  }

  void add(SessionEvent event) {
    sessionEvents.add(event);
  }

  List<LockEvent> lockEvents() {
    return lockEvents;
  }

  void placeAdded() {
    placesAdded++;
  }
}
