package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.LeaseView;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.auth.AuthRole;
import io.metastore.core.auth.AuthSettings;
import io.metastore.core.auth.AuthTable;
import io.metastore.core.auth.AuthUser;
import io.metastore.core.command.Alarm;
import io.metastore.core.kv.KeyCounts;
import io.metastore.core.kv.KvTable;
import io.metastore.core.kv.StoredKey;
import io.metastore.core.lease.Lease;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.WriteSet;
import org.jspecify.annotations.Nullable;

/**
 * Fills empty tables with the keys, leases, users and alarms of another store. First {@link #add}
 * all leases, then all versions in the order in which they were made; the rest in any order. {@link
 * #finish} comes last.
 *
 * <p>The same calls produce the same tables. Memory is flat. Owned by one thread.
 */
public final class StoreImport {
  private static final int BATCH_BYTES = 1 << 20;

  private final Storage storage;
  private final WriteSet writes;
  private final KeyCounts counts;
  private final long index;
  private final long compacted;
  private long revision = 1;

  /**
   * @param index Raft log index of the finished import, at least 1
   * @param compacted the compacted revision of the other store; -1 if nothing was compacted
   */
  public StoreImport(Storage storage, long index, long compacted) {
    this.storage = storage;
    this.index = index;
    this.writes = storage.newWriteSet();
    this.counts = new KeyCounts(storage);
    this.compacted = compacted;
  }

  /**
   * Adds a version. Versions that a compaction at the compacted revision removes may come, too.
   *
   * @throws IllegalArgumentException if its revision is less than that of the version before it
   */
  public void add(StoredVersion added) {
    if (added.revision() < revision) {
      throw new IllegalArgumentException(
          "a version of revision " + added.revision() + " comes after revision " + revision);
    }
    revision = added.revision();
    KeyValue version = added.version();
    // The first version of a key replaces nothing, so that most keys need no look-up.
    StoredKey previous =
        !added.deletion() && version.version() == 1
            ? null
            : KvTable.findStored(writes, version.key());
    if (added.deletion()) {
      delete(added, previous);
    } else {
      put(added, previous);
    }
    writeIfLarge();
  }

  private void put(StoredVersion added, @Nullable StoredKey previous) {
    KeyValue version = added.version();
    KvTable.restore(writes, added.sub(), compacted, version, previous);
    if (previous == null) {
      counts.created(writes, version.key());
    }
    long previousLease = previous == null ? 0 : previous.version().lease();
    if (previousLease != version.lease()) {
      detach(version.key(), previousLease);
      // A key may name a lease that has ended; in etcd, too, nothing deletes it then.
      if (version.lease() != 0 && LeaseTable.find(writes, version.lease()) != null) {
        LeaseTable.attach(writes, version.lease(), version.key());
      }
    }
  }

  private void delete(StoredVersion added, @Nullable StoredKey previous) {
    ByteString key = added.version().key();
    KvTable.restoreDeletion(writes, added.revision(), added.sub(), compacted, key, previous);
    if (previous != null) {
      counts.deleted(key);
      detach(key, previous.version().lease());
    }
  }

  private void detach(ByteString key, long lease) {
    if (lease != 0) {
      LeaseTable.detach(writes, lease, key);
    }
  }

  /** Adds a lease. */
  public void add(LeaseView lease) {
    LeaseTable.put(
        writes,
        new Lease(
            lease.id(),
            lease.ttl(),
            lease.remaining(),
            /* grantedIndex= */ index,
            Lease.Kind.GRANTED,
            /* label= */ ""));
    writeIfLarge();
  }

  /** Adds a user. */
  public void add(AuthUser user) {
    AuthTable.put(writes, requireNonNull(user, "user"));
  }

  /** Adds a role. */
  public void add(AuthRole role) {
    AuthTable.put(writes, requireNonNull(role, "role"));
  }

  /** Sets the access control switch. */
  public void set(AuthSettings settings) {
    AuthTable.put(writes, requireNonNull(settings, "settings"));
  }

  /** Raises an alarm. */
  public void raise(Alarm alarm) {
    AlarmTable.raise(writes, alarm);
  }

  /** Writes what is still in memory. */
  public void finish() {
    counts.write(writes);
    storage.write(writes);
    writes.clear();
  }

  private void writeIfLarge() {
    if (writes.sizeBytes() >= BATCH_BYTES) {
      finish();
    }
  }
}
