package io.metastore.server.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.metastore.adapter.etcd.RaftRequests;
import io.metastore.adapter.etcd.db.DbReader;
import io.metastore.adapter.etcd.db.DbRole;
import io.metastore.adapter.etcd.db.DbUser;
import io.metastore.core.api.Digests;
import io.metastore.core.api.LeaseView;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.auth.AuthRole;
import io.metastore.core.auth.AuthSettings;
import io.metastore.core.auth.AuthUser;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Command;
import io.metastore.core.machine.ImportedLog;
import io.metastore.core.machine.StoreImport;
import io.metastore.core.machine.StoreState;
import io.metastore.core.node.FirstTables;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Fills the tables of a member that has never started with the contents of a database file of etcd.
 *
 * <p>Kept are all versions back to the compacted revision, with their revisions, versions and
 * leases; users and roles with their passwords; and alarms. The revisions go on from there. The
 * same file gives the same tables: every member of a cluster can import it on its own.
 */
public final class EtcdImport {
  private final DbReader db;
  private final long bump;

  /**
   * @param db the caller closes it
   * @param bump by how much the revision is raised above the newest one in the file; if not 0,
   *     everything before the raised revision counts as compacted. Source: {@code etcdutl snapshot
   *     restore --bump-revision --mark-compacted}.
   */
  public EtcdImport(DbReader db, long bump) {
    this.db = db;
    this.bump = bump;
  }

  /**
   * What was imported.
   *
   * @param versions number of versions of keys, with deletions
   * @param bytes of these keys and values
   * @param entries number of entries of the log that were applied
   */
  public record Summary(
      long revision, long compacted, long versions, long bytes, long leases, int entries) {}

  /**
   * Imports. When this returns, the tables are complete and on disk; if it fails or the process
   * dies, the data directory has no tables.
   *
   * @param dataDirectory of a member that has no data yet
   * @param progress receives from time to time how many bytes have been imported
   */
  public Summary run(Path dataDirectory, LongConsumer progress) throws IOException {
    return run(dataDirectory, List.of(), progress);
  }

  /**
   * As {@link #run(Path, LongConsumer)}; also applies entries of the log that the database lacks.
   *
   * @param entries in order, from the one after the database's on
   */
  Summary run(Path dataDirectory, Collection<Wal.Entry> entries, LongConsumer progress)
      throws IOException {
    long revision = db.newestRevision() + bump;
    long compacted = bump == 0 ? db.compactedRevision() : revision;
    // If members of a cluster import their own directories, the one with most becomes leader.
    long index = Math.max(1, db.consistentIndex());
    try (FirstTables tables = FirstTables.create(dataDirectory, StorageOptions.DEFAULT)) {
      Copy copy = new Copy(new StoreImport(tables.storage(), index, compacted), progress);
      db.forEachLease(copy::add);
      db.forEachVersion(copy::add);
      copy.addAuth(db);
      for (Alarm alarm : db.alarms()) {
        copy.target.raise(alarm);
      }
      copy.target.finish();
      if (!entries.isEmpty()) {
        StoreState state = replay(tables.storage(), index, revision, compacted, entries);
        index = state.index();
        revision = state.revision();
        compacted = state.compacted();
      }
      tables.finish(index, revision, compacted);
      return new Summary(
          revision, compacted, copy.versions, copy.bytes, copy.leases, entries.size());
    }
  }

  private static StoreState replay(
      Storage storage, long index, long revision, long compacted, Collection<Wal.Entry> entries)
      throws IOException {
    try (ImportedLog log = new ImportedLog(storage, index, revision, compacted)) {
      for (Wal.Entry entry : entries) {
        Command command = toCommand(entry, log.authRevision());
        if (command == null) {
          log.skip(entry.index());
        } else {
          log.apply(entry.index(), command);
        }
      }
      return log.state();
    }
  }

  private static @Nullable Command toCommand(Wal.Entry entry, long authRevision)
      throws IOException {
    if (!entry.normal()) {
      return null; // a change of members, which the database contains, too
    }
    try {
      return RaftRequests.toCommand(entry.data(), authRevision);
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          "entry "
              + entry.index()
              + " of etcd's write-ahead log is not yet in its database and cannot be imported: "
              + e.getMessage()
              + "; start etcd once more, stop it with SIGTERM, and try again");
    }
  }

  /** One run. */
  private static final class Copy {
    private static final long BYTES_BETWEEN_REPORTS = 16L << 20;

    private final StoreImport target;
    private final LongConsumer progress;
    private final MessageDigest digest = Digests.sha256();
    private long versions;
    private long bytes;
    private long leases;
    private long reported;

    Copy(StoreImport target, LongConsumer progress) {
      this.target = target;
      this.progress = progress;
    }

    void add(LeaseView lease) {
      target.add(lease);
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(lease.id()).flip());
      leases++;
    }

    void add(StoredVersion version) {
      target.add(version);
      digest.update(version.version().key().asReadOnlyByteBuffer());
      digest.update(version.version().value().asReadOnlyByteBuffer());
      versions++;
      bytes += version.version().key().size() + version.version().value().size();
      if (bytes - reported >= BYTES_BETWEEN_REPORTS) {
        reported = bytes;
        progress.accept(bytes);
      }
    }

    void addAuth(DbReader db) throws IOException {
      for (DbRole role : db.roles()) {
        target.add(
            AuthRole.newBuilder()
                .setName(role.name())
                .addAllPermissions(role.permissions())
                .build());
      }
      long revision = Math.max(1, db.authRevision());
      for (DbUser user : db.users()) {
        digest.update(user.passwordHash().getBytes(UTF_8));
        target.add(
            AuthUser.newBuilder()
                .setName(user.name())
                .setPasswordHash(user.passwordHash())
                .addAllRoles(user.roles())
                .setPasswordRevision(revision)
                .setNoPassword(user.noPassword())
                .build());
      }
      AuthSettings.Builder settings =
          AuthSettings.newBuilder().setEnabled(db.authEnabled()).setRevision(revision);
      if (db.authEnabled()) {
        // Secret, because it depends on all keys, values and passwords, and equal on all members.
        settings.setTokenSecret(ByteString.copyFrom(digest.digest())).setEnabledRevision(revision);
      }
      target.set(settings.build());
    }
  }
}
