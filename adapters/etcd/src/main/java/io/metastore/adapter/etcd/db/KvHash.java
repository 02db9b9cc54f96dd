package io.metastore.adapter.etcd.db;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.StoreContents;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.api.VersionWalk;
import io.metastore.core.command.Range;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * etcd's hash of all versions of all keys up to a revision: CRC-32C over the bucket's name and the
 * entries of the bucket {@code key}. Of the versions up to the compacted revision, only those are
 * included that a compaction at the hashed revision keeps. Source: etcd's {@code kvHasher}.
 */
public final class KvHash {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private KvHash() {}

  /**
   * Computes the hash.
   *
   * @param revision not compacted, and not later than the view
   * @param scratch directory for temporary files
   */
  public static int of(ReadView view, long revision, Path scratch) {
    StoreContents contents = view.contents();
    long compacted = contents.compactedRevision();
    // etcd omits nothing if there are no keys at the revision.
    boolean omits = hasKeys(view, revision);
    CRC32C crc = new CRC32C();
    crc.update(Schema.KEY.bucket());
    try (VersionWalk walk = contents.versions(revision, scratch)) {
      for (StoredVersion next = walk.next(); next != null; next = walk.next()) {
        boolean replaced = next.replacedBy() != 0 && next.replacedBy() <= revision;
        // Versions of etcd differ in whether they keep a deletion at the compacted revision.
        boolean compactedDeletion = next.deletion() && next.revision() == compacted;
        if (!(omits && replaced) && !compactedDeletion) {
          crc.update(Versions.toKey(next));
          crc.update(Versions.toValue(next));
        }
      }
    }
    return (int) crc.getValue();
  }

  private static boolean hasKeys(ReadView view, long revision) {
    Outcome counted =
        view.range(
            Range.newBuilder()
                .setKey(ZERO)
                .setRangeEnd(ZERO)
                .setRevision(revision)
                .setCountOnly(true)
                .build());
    return !(counted instanceof Outcome.Ranged ranged) || ranged.result().count() > 0;
  }
}
