package io.metastore.adapter.etcd.db;

import com.google.protobuf.ByteString;
import io.metastore.core.api.StoredVersion;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * What {@code etcdutl} tells about a database file. Source: etcd's {@code etcdutl/snapshot}.
 *
 * @param hash CRC-32C over all names of buckets, keys and values, as an unsigned number
 * @param revision the newest revision
 * @param keys number of keys that exist
 * @param sizeBytes size of the database
 * @param version storage version; empty in files of etcd before 3.6
 */
public record DbStatus(long hash, long revision, long keys, long sizeBytes, String version) {

  /** Reads the whole file, with flat memory. */
  public static DbStatus of(DbReader db) throws IOException {
    CRC32C crc = new CRC32C();
    db.forEach(
        new DbSink() {
          @Override
          public void bucket(byte[] name) {
            crc.update(name);
          }

          @Override
          public void put(byte[] key, byte[] value) {
            crc.update(key);
            crc.update(value);
          }
        });
    KeyCount count = new KeyCount(db.finishedCompaction());
    db.forEachVersion(count::add);
    return new DbStatus(
        crc.getValue(), db.newestEntry(), count.keys, db.sizeBytes(), db.storageVersion());
  }

  /** Counts the keys that exist after the versions added so far. */
  private static final class KeyCount {
    /** Up to this revision, each key has at most one version, or a deletion at this revision. */
    private final long compacted;

    private long keys;

    KeyCount(long compacted) {
      this.compacted = compacted;
    }

    void add(StoredVersion version) {
      boolean old = version.revision() <= compacted;
      if (version.deletion()) {
        keys -= old ? 0 : 1;
      } else if (old || version.version().version() == 1) {
        keys++;
      }
    }
  }

  /**
   * A hash of all keys, as {@link io.metastore.core.api.Metastore#hash} computes it.
   *
   * @param hash as an unsigned number
   * @param compacted the compacted revision; -1 if nothing was compacted
   */
  public record Hash(long hash, long revision, long compacted) {

    /**
     * Hashes the keys in a file. Memory grows with the number of keys that were changed after the
     * compaction.
     *
     * @param requested revision up to which is hashed; 0 for the newest
     * @throws IllegalArgumentException with etcd's text, if the revision is compacted or too new
     */
    public static Hash of(DbReader db, long requested) throws IOException {
      long compacted = db.compactedRevision();
      long newest = db.newestRevision();
      if (requested > 0 && requested < compacted) {
        throw new IllegalArgumentException("mvcc: required revision has been compacted");
      }
      if (requested > newest) {
        throw new IllegalArgumentException("mvcc: required revision is a future revision");
      }
      long revision = requested > 0 ? requested : newest;
      Set<ByteString> changed = new HashSet<>();
      KeyCount count = new KeyCount(db.finishedCompaction());
      db.forEachVersion(
          version -> {
            if (version.revision() <= revision) {
              count.add(version);
              if (version.revision() > compacted && compacted > 0) {
                changed.add(version.version().key());
              }
            }
          });
      CRC32C crc = new CRC32C();
      crc.update(Schema.KEY.bucket());
      db.forEachVersion(
          version -> {
            // As in HistoryHash of the core.
            boolean replaced =
                version.revision() <= compacted
                    && count.keys > 0
                    && changed.contains(version.version().key());
            boolean compactedDeletion = version.deletion() && version.revision() == compacted;
            if (version.revision() <= revision && !replaced && !compactedDeletion) {
              crc.update(Versions.toKey(version));
              crc.update(Versions.toValue(version));
            }
          });
      return new Hash(crc.getValue(), revision, compacted);
    }
  }
}
