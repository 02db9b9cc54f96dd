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
 * One log entry being applied: its changes so far, and what they cause. Every change of a key goes
 * through here, so that versions, lease attachments, lock queues and events always move together.
 *
 * <p>Memory is bounded whatever the entry does, for one command may delete every key that there is.
 * Changes are written in parts of about {@link #PART_BYTES}. Readers see none of them before the
 * entry's view is published; if the process dies before the last part is on disk, the tables are
 * found torn at the next start and are made anew from a checkpoint and the log. Events beyond
 * {@link #EVENTS_BYTES_MAX} are not kept: watchers read them from the change log.
 */
final class ApplyContext {
  /** Every member must write the same parts: the digest depends on them. */
  static final int PART_BYTES = 8 << 20;

  static final long EVENTS_BYTES_MAX = 16L << 20;

  /** What an event costs besides its keys and values. */
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
  private final List<LeaseEvent> leaseEvents = new ArrayList<>();
  private final List<GivenToken> tokens = new ArrayList<>();
  private final List<TreeEvent> treeEvents = new ArrayList<>();
  private final List<SessionEvent> sessionEvents = new ArrayList<>();

  /** Locks that lost a place to the command at work, in the order of the losses. */
  private final Set<ByteString> locksToGrant = new LinkedHashSet<>();

  private final long timeMs;
  private long revision;
  private long compacted;
  private Rules access;
  private AuthSettings auth;
  private List<Alarm> alarms;
  private int changesInCommand;
  private long digest;
  private boolean torn;
  private boolean treeChanged;

  /**
   * @param timeMs what the entry's time is taken to be
   * @param before where the machine stands
   * @param access the rules of that state
   * @param alarms raised before the entry
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

  /** The newest revision; changes of the command at work are not yet part of it. */
  long revision() {
    return revision;
  }

  long compacted() {
    return compacted;
  }

  /** The switch of access control as the commands so far have left it. */
  AuthSettings auth() {
    return auth;
  }

  /** The rules as the commands so far have left them. */
  Rules access() {
    if (!auth.equals(access.settings())) {
      access = Rules.read(writes);
    }
    return access;
  }

  /** Takes notice of a change in the auth tables. */
  void authChanged() {
    auth = AuthTable.settings(writes);
  }

  /** The alarms raised after the commands so far. */
  List<Alarm> alarms() {
    return alarms;
  }

  /** Reads the alarms again after one has changed. */
  void alarmsChanged() {
    alarms = AlarmTable.read(writes);
  }

  /** The newest revision as the command at work sees it: its own changes make the next one. */
  long visibleRevision() {
    return changesInCommand == 0 ? revision : revision + 1;
  }

  /**
   * Ends a command: if it changed anything, all of it happened at the revision that is now the
   * newest. Locks that lost places go to whoever is next after all of it.
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

  @Nullable KeyValue find(ByteString key) {
    return KvTable.find(writes, key);
  }

  /** Puts a key that is not known to be a lock's place. */
  void put(ByteString key, ByteString value, long lease, @Nullable KeyValue previous) {
    KeyValue current = putVersion(key, value, lease, previous);
    if (previous == null) {
      locks.created(writes, current, timeMs);
    }
  }

  /** Puts a new version and nothing more: the caller looks after the lock it may be a place of. */
  KeyValue putVersion(ByteString key, ByteString value, long lease, @Nullable KeyValue previous) {
    KeyValue before = previous == null ? null : before(previous);
    KeyValue current =
        KvTable.put(
            writes, revision + 1, changesInCommand++, compacted, key, value, lease, previous);
    if (previous == null) {
      counts.created(writes, key);
    }
    long previousLease = previous == null ? 0 : previous.lease();
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

  void delete(KeyValue previous) {
    KeyValue before = before(previous);
    KvTable.delete(writes, revision + 1, changesInCommand++, compacted, previous);
    counts.deleted(writes, previous.key());
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
   * The version of a key from before the command, whatever the command itself did to it until now.
   * That is what etcd tells watchers, and what one reads who catches up.
   *
   * @param replaced the version just replaced, which the command may have made
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
    throw new IllegalStateException("made by no event of the command: " + replaced);
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
      digest = StateDigest.next(digest, writes);
      StoreState.writeTorn(writes);
      torn = true;
      storage.write(writes);
      writes.clear();
    }
  }

  /** Writes what is not written yet, and where the machine stands after it. */
  StoreState end(long term, long index) {
    StoreState after =
        new StoreState(term, index, revision, compacted, timeMs, StateDigest.next(digest, writes));
    if (torn) {
      StoreState.writeWhole(writes);
    }
    after.write(writes);
    storage.write(writes);
    return after;
  }

  /** What the entry did. */
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
        leaseEvents,
        treeEvents,
        sessionEvents,
        tokens);
  }

  void compact(long atRevision) {
    compacted = atRevision;
  }

  void add(LeaseEvent event) {
    leaseEvents.add(event);
  }

  void add(GivenToken token) {
    tokens.add(token);
  }

  /** The command at work changed the znode tree. */
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
}
