package io.metastore.core.machine;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.auth.AuthSettings;
import io.metastore.core.auth.AuthTable;
import io.metastore.core.kv.KeyCounts;
import io.metastore.core.kv.KvTable;
import io.metastore.core.lease.LeaseEvent;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.lock.LockEvent;
import io.metastore.core.lock.LockTable;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One log entry being applied: its changes so far, and what they cause. Every change of a key goes
 * through here, so that versions, lease attachments, lock queues and events always move together.
 */
final class Turn {
  private final WriteSet writes;
  private final LockTable locks;
  private final KeyCounts counts;
  private final List<WatchEvent> events = new ArrayList<>();
  private final List<LockEvent> lockEvents = new ArrayList<>();
  private final List<LeaseEvent> leaseEvents = new ArrayList<>();

  /** Locks that lost a place to the command at work, in the order of the losses. */
  private final Set<ByteString> locksToGrant = new LinkedHashSet<>();

  private final long timeMs;
  private long revision;
  private long compacted;
  private AuthSettings auth;
  private int changesInCommand;

  /**
   * @param timeMs what the entry's time is taken to be
   * @param before where the machine stands
   */
  Turn(
      WriteSet writes,
      LockTable locks,
      KeyCounts counts,
      long timeMs,
      StoreState before,
      AuthSettings auth) {
    this.timeMs = timeMs;
    this.writes = writes;
    this.locks = locks;
    this.counts = counts;
    this.revision = before.revision();
    this.compacted = before.compacted();
    this.auth = auth;
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

  /** Takes notice of a change in the auth tables. */
  void authChanged() {
    auth = AuthTable.settings(writes);
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
    if (changesInCommand > 0) {
      revision++;
      changesInCommand = 0;
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
    events.add(new WatchEvent(WatchEvent.Kind.PUT, current, created ? null : before));
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
    events.add(new WatchEvent(WatchEvent.Kind.DELETE, tombstone, before));
    locksToGrant.addAll(locks.deleted(writes, previous, lockEvents));
  }

  /**
   * The version of a key from before the command, whatever the command itself did to it until now.
   * That is what etcd tells watchers, and what one reads who catches up.
   *
   * @param replaced the version just replaced, which the command may have made
   */
  private @Nullable KeyValue before(KeyValue replaced) {
    if (replaced.modRevision() <= revision) {
      return replaced;
    }
    for (int i = events.size() - changesInCommand; i < events.size(); i++) {
      if (events.get(i).current().key().equals(replaced.key())) {
        return events.get(i).previous();
      }
    }
    throw new IllegalStateException("made by no event of the command: " + replaced);
  }

  void compact(long atRevision) {
    compacted = atRevision;
  }

  void add(LeaseEvent event) {
    leaseEvents.add(event);
  }

  List<WatchEvent> events() {
    return events;
  }

  List<LockEvent> lockEvents() {
    return lockEvents;
  }

  List<LeaseEvent> leaseEvents() {
    return leaseEvents;
  }
}
