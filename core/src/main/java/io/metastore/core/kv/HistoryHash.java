package io.metastore.core.kv;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.kv.UnorderedVersions.Scope;
import io.metastore.core.storage.Reader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The hash of all versions of all keys up to a revision, which is equal on all members. It is the
 * one of etcd's {@code HashKV}: the CRC-32C over etcd's encoding of the versions, in the order of
 * their revisions. Of the versions up to the compacted revision, only those are included that a
 * compaction at the hashed revision keeps. Source: etcd's {@code kvHasher}.
 *
 * <p>Every table is read once, in the order in which it is stored. Only checksums are sorted, not
 * the versions ({@link JoinedCrc}). Most newest versions are stored twice, for reads and in the
 * change log. Both count: if they differ, the hash is a wrong one.
 */
public final class HistoryHash {
  private static final byte[] BUCKET = "key".getBytes(US_ASCII);
  private static final int CHECKSUM_BYTES = Integer.BYTES + Integer.BYTES;

  private final Reader reader;
  private final long compacted;
  private final long through;

  /** Whether versions that were replaced up to the hashed revision are left out. */
  private final boolean omitsReplaced;

  private final Encoder encoder = new Encoder();
  private final JoinedCrc joined = new JoinedCrc();

  private HistoryHash(Reader reader, long compacted, long through) {
    this.reader = reader;
    this.compacted = compacted;
    this.through = through;
    // etcd omits nothing if there are no keys at the revision.
    try (VersionCursor keys = VersionCursor.at(reader, KeyRange.ALL, through)) {
      this.omitsReplaced = keys.next();
    }
  }

  /**
   * Computes the hash, which takes seconds per gigabyte.
   *
   * @param compacted the compacted revision of the tables
   * @param through the hashed revision; not compacted, and not later than the tables
   * @param scratch directory for a temporary file, which has some bytes for each version
   */
  public static int of(Reader reader, long compacted, long through, Path scratch) {
    return new HistoryHash(reader, compacted, through).compute(scratch);
  }

  private int compute(Path scratch) {
    CRC32C bucket = new CRC32C();
    bucket.update(BUCKET);
    joined.append((int) bucket.getValue(), BUCKET.length);
    try (VersionSort sort = new VersionSort(scratch)) {
      new UnorderedVersions(reader, compacted, through, Scope.WITH_NEWEST)
          .forEach(version -> add(version, sort));
      try (ChangeLog.Walk log = ChangeLog.walkOnce(reader, Math.max(compacted, 0), through)) {
        merge(sort, log);
      }
    }
    return joined.value();
  }

  private void add(StoredVersion version, VersionSort sort) {
    boolean replaced = version.replacedBy() != 0 && version.replacedBy() <= through;
    if (!(omitsReplaced && replaced)) {
      encoder.encode(version);
      sort.add(version.revision(), version.sub(), CHECKSUM_BYTES)
          .putInt(encoder.crc())
          .putInt(encoder.bytes());
    }
  }

  private void merge(VersionSort sort, ChangeLog.Walk log) {
    VersionSort.Entry sorted = sort.next();
    StoredVersion logged = next(log);
    while (sorted != null || logged != null) {
      int order = compare(sorted, logged);
      if (sorted != null && order <= 0) {
        ByteBuffer checksum = ByteBuffer.wrap(sorted.bytes);
        int crc = checksum.getInt();
        joined.append(crc, checksum.getInt());
        if (logged != null && order == 0) {
          encoder.encode(logged);
          logged = encoder.crc() == crc ? next(log) : logged;
        }
        sorted = sort.next();
      } else if (logged != null) {
        encoder.encode(logged);
        joined.append(encoder.crc(), encoder.bytes());
        logged = next(log);
      }
    }
  }

  /** Null comes last. */
  private static int compare(VersionSort.@Nullable Entry sorted, @Nullable StoredVersion logged) {
    if (sorted == null || logged == null) {
      return sorted == null ? 1 : -1;
    }
    int byRevision = Long.compare(sorted.revision, logged.revision());
    return byRevision != 0 ? byRevision : Integer.compare(sorted.sub, logged.sub());
  }

  private @Nullable StoredVersion next(ChangeLog.Walk log) {
    StoredVersion found = log.nextVersion(compacted);
    // Versions of etcd differ in whether they keep a deletion at the compacted revision.
    while (found != null && found.deletion() && found.revision() == compacted) {
      found = log.nextVersion(compacted);
    }
    return found;
  }

  /** Computes the checksum of etcd's encoding of a version, without making it. */
  private static final class Encoder extends ByteOutput {
    private static final int HEAD_BYTES_MAX = 64;
    private static final int KEY_FIELD = 1;
    private static final int CREATE_REVISION_FIELD = 2;
    private static final int MOD_REVISION_FIELD = 3;
    private static final int VERSION_FIELD = 4;
    private static final int VALUE_FIELD = 5;
    private static final int LEASE_FIELD = 6;
    private static final int LENGTH_DELIMITED = 2;

    private final CRC32C crc = new CRC32C();
    private final byte[] part = new byte[HEAD_BYTES_MAX];
    private int bytes;

    int crc() {
      return (int) crc.getValue();
    }

    /** Length of the last version. */
    int bytes() {
      return bytes;
    }

    void encode(StoredVersion stored) {
      crc.reset();
      bytes = 0;
      KeyValue version = stored.version();
      ByteBuffer place = ByteBuffer.wrap(part);
      place.putLong(stored.revision()).put((byte) '_').putLong(stored.sub());
      if (stored.deletion()) {
        place.put((byte) 't');
      }
      write(part, 0, place.position());
      try {
        writeBytes(KEY_FIELD, version.key());
        if (!stored.deletion()) {
          CodedOutputStream out = CodedOutputStream.newInstance(part);
          writeNumber(out, CREATE_REVISION_FIELD, version.createRevision());
          writeNumber(out, MOD_REVISION_FIELD, version.modRevision());
          writeNumber(out, VERSION_FIELD, version.version());
          write(part, 0, out.getTotalBytesWritten());
          writeBytes(VALUE_FIELD, version.value());
          out = CodedOutputStream.newInstance(part);
          writeNumber(out, LEASE_FIELD, version.lease());
          write(part, 0, out.getTotalBytesWritten());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e); // cannot happen: nothing is written to a file
      }
    }

    private static void writeNumber(CodedOutputStream out, int field, long value)
        throws IOException {
      if (value != 0) {
        out.writeInt64(field, value);
      }
    }

    private void writeBytes(int field, ByteString value) throws IOException {
      if (!value.isEmpty()) {
        CodedOutputStream out = CodedOutputStream.newInstance(part);
        out.writeTag(field, LENGTH_DELIMITED);
        out.writeUInt32NoTag(value.size());
        write(part, 0, out.getTotalBytesWritten());
        UnsafeByteOperations.unsafeWriteTo(value, this);
      }
    }

    @Override
    public void write(byte value) {
      crc.update(value);
      bytes++;
    }

    @Override
    public void write(byte[] value, int offset, int length) {
      crc.update(value, offset, length);
      bytes += length;
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
      write(value, offset, length);
    }

    @Override
    public void write(ByteBuffer value) {
      bytes += value.remaining();
      crc.update(value);
    }

    @Override
    public void writeLazy(ByteBuffer value) {
      write(value);
    }
  }
}
