package io.metastore.adapter.etcd.db;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.bbolt.BboltFile;
import io.metastore.bbolt.Bucket;
import io.metastore.bbolt.Cursor;
import io.metastore.core.api.Digests;
import io.metastore.core.api.LeaseView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Permission;
import io.metastore.etcdapi.authpb.Role;
import io.metastore.etcdapi.authpb.User;
import io.metastore.etcdapi.etcdserverpb.AlarmMember;
import io.metastore.etcdapi.leasepb.Lease;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A database file of etcd, opened for reading: a snapshot, or {@code member/snap/db} of a member
 * that does not run.
 *
 * <p>Errors: damaged contents throw an {@link IOException} that names the bucket.
 */
public final class DbReader implements AutoCloseable {
  private static final int SHA_BYTES = 32;

  /** A bbolt file consists of pages, so a remainder means that a digest was appended. */
  private static final int SECTOR_BYTES = 512;

  private static final int BUFFER_BYTES = 1 << 20;

  private final BboltFile file;

  private DbReader(BboltFile file) {
    this.file = file;
  }

  /** Opens a file. The caller closes it. */
  public static DbReader open(Path path) throws IOException {
    return new DbReader(BboltFile.open(path));
  }

  /** Receives the parts of the file; what it throws ends the reading. */
  public interface Visitor<T> {
    void visit(T part) throws IOException;
  }

  /** Whether a digest follows the file, as in every file that {@code snapshot save} wrote. */
  public static boolean hasDigest(Path path) throws IOException {
    return Files.size(path) % SECTOR_BYTES == SHA_BYTES;
  }

  /** Whether the digest that follows the file is that of the file. */
  public static boolean digestMatches(Path path) throws IOException {
    MessageDigest digest = Digests.sha256();
    long left = Files.size(path) - SHA_BYTES;
    try (InputStream in = Files.newInputStream(path)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      while (left > 0) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          return false;
        }
        digest.update(buffer, 0, read);
        left -= read;
      }
      return Arrays.equals(digest.digest(), in.readNBytes(SHA_BYTES));
    }
  }

  /** Describes what is wrong with the file's pages; empty if they are sound. Reads all of it. */
  public List<String> check() throws IOException {
    return file.check();
  }

  /** The size of the database, without a digest. */
  public long sizeBytes() {
    return file.sizeBytes();
  }

  /** Position in etcd's Raft log of the last entry that the file contains; 0 if none is stored. */
  public long consistentIndex() throws IOException {
    byte[] index = find(Schema.META, Schema.CONSISTENT_INDEX);
    return index == null ? 0 : ByteBuffer.wrap(index).getLong();
  }

  /** The storage version; empty in files of etcd before 3.6. */
  public String storageVersion() throws IOException {
    byte[] version = find(Schema.META, Schema.STORAGE_VERSION);
    return version == null ? "" : utf8(version);
  }

  /** The compacted revision; -1 if nothing was compacted. A compaction that was begun counts. */
  public long compactedRevision() throws IOException {
    return Math.max(finishedCompaction(), compaction(Schema.SCHEDULED_COMPACTION));
  }

  /** Revision of the last compaction that is complete; -1 if there is none. */
  long finishedCompaction() throws IOException {
    return compaction(Schema.FINISHED_COMPACTION);
  }

  private long compaction(byte[] key) throws IOException {
    byte[] revision = find(Schema.META, key);
    return revision == null ? -1 : RevisionKey.of(revision).revision();
  }

  /** The newest revision; 1 in a store that was never written to. */
  public long newestRevision() throws IOException {
    return Math.max(newestEntry(), Math.max(1, compactedRevision()));
  }

  /** Revision of the newest entry of the bucket {@code key}; 0 if it is empty. */
  long newestEntry() throws IOException {
    Bucket keys = findBucket(Schema.KEY);
    Cursor cursor = keys == null ? null : keys.cursor();
    return cursor != null && cursor.last() ? RevisionKey.of(cursor.key()).revision() : 0;
  }

  /** Passes all versions of all keys, in the order in which they were made. */
  public void forEachVersion(Visitor<StoredVersion> visitor) throws IOException {
    forEach(
        Schema.KEY,
        (key, value) -> {
          StoredVersion version = Versions.of(RevisionKey.of(key), value);
          // etcdutl marks a raised revision by an entry without a key.
          if (!version.version().key().isEmpty()) {
            visitor.visit(version);
          }
        });
  }

  /** Passes all leases, ordered by ID. */
  public void forEachLease(Visitor<LeaseView> visitor) throws IOException {
    forEach(
        Schema.LEASE,
        (key, value) -> {
          Lease lease = Lease.parseFrom(value);
          visitor.visit(new LeaseView(lease.getID(), lease.getTTL(), lease.getRemainingTTL()));
        });
  }

  /** Whether access control is on. */
  public boolean authEnabled() throws IOException {
    byte[] enabled = find(Schema.AUTH, Schema.AUTH_ENABLED);
    return enabled != null && Arrays.equals(enabled, new byte[] {1});
  }

  /** The auth revision; 0 if none is stored. */
  public long authRevision() throws IOException {
    byte[] revision = find(Schema.AUTH, Schema.AUTH_REVISION);
    return revision == null ? 0 : ByteBuffer.wrap(revision).getLong();
  }

  public List<DbUser> users() throws IOException {
    List<DbUser> users = new ArrayList<>();
    forEach(
        Schema.AUTH_USERS,
        (key, value) -> {
          User user = User.parseFrom(value);
          users.add(
              new DbUser(
                  user.getName().toStringUtf8(),
                  user.getPassword().toStringUtf8(),
                  user.getRolesList(),
                  user.getOptions().getNoPassword()));
        });
    return users;
  }

  public List<DbRole> roles() throws IOException {
    List<DbRole> roles = new ArrayList<>();
    forEach(
        Schema.AUTH_ROLES,
        (key, value) -> {
          Role role = Role.parseFrom(value);
          List<Permission> permissions =
              role.getKeyPermissionList().stream().map(Permissions::toStore).toList();
          roles.add(new DbRole(role.getName().toStringUtf8(), permissions));
        });
    return roles;
  }

  public List<Alarm> alarms() throws IOException {
    List<Alarm> alarms = new ArrayList<>();
    forEach(
        Schema.ALARM,
        (key, value) -> {
          AlarmMember alarm = AlarmMember.parseFrom(key);
          alarms.add(
              Alarm.newBuilder()
                  .setMemberId(alarm.getMemberID())
                  .setKindValue(alarm.getAlarmValue()) // the numbers are etcd's
                  .build());
        });
    return alarms;
  }

  /** The members of the cluster. */
  public List<MemberInfo> members() throws IOException {
    List<MemberInfo> members = new ArrayList<>();
    forEach(
        Schema.MEMBERS,
        (key, value) -> {
          JsonObject json = JsonParser.parseString(utf8(value)).getAsJsonObject();
          members.add(
              new MemberInfo(
                  json.get("id").getAsBigInteger().longValue(),
                  json.has("name") ? json.get("name").getAsString() : "",
                  texts(json.get("peerURLs")),
                  texts(json.get("clientURLs")),
                  json.has("isLearner") && json.get("isLearner").getAsBoolean()));
        });
    return members;
  }

  private static List<String> texts(@Nullable JsonElement array) {
    List<String> texts = new ArrayList<>();
    if (array != null && array.isJsonArray()) {
      array.getAsJsonArray().forEach(text -> texts.add(text.getAsString()));
    }
    return texts;
  }

  /** Passes everything, bucket by bucket. */
  void forEach(DbSink sink) throws IOException {
    Cursor buckets = file.root().cursor();
    while (buckets.next()) {
      sink.bucket(buckets.key());
      Cursor cursor = buckets.bucket().cursor();
      while (cursor.next()) {
        sink.put(cursor.key(), cursor.value());
      }
    }
  }

  private interface Entry {
    void read(byte[] key, byte[] value) throws IOException;
  }

  private void forEach(Schema bucket, Entry entry) throws IOException {
    Bucket found = findBucket(bucket);
    if (found == null) {
      return;
    }
    Cursor cursor = found.cursor();
    while (cursor.next()) {
      try {
        entry.read(cursor.key(), cursor.value());
      } catch (InvalidProtocolBufferException | IllegalArgumentException | JsonParseException e) {
        throw new IOException("damaged entry in the bucket " + utf8(bucket.bucket()), e);
      }
    }
  }

  private byte @Nullable [] find(Schema bucket, byte[] key) throws IOException {
    Bucket found = findBucket(bucket);
    return found == null ? null : found.find(key);
  }

  private @Nullable Bucket findBucket(Schema bucket) throws IOException {
    return file.root().findBucket(bucket.bucket());
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
