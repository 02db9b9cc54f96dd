package io.metastore.adapter.etcd.db;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.LeaseView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Pace;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.StoreContents;
import io.metastore.core.api.StoredVersion;
import io.metastore.core.api.UserView;
import io.metastore.core.api.VersionWalk;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Permission;
import io.metastore.etcdapi.authpb.Role;
import io.metastore.etcdapi.authpb.User;
import io.metastore.etcdapi.authpb.UserAddOptions;
import io.metastore.etcdapi.etcdserverpb.AlarmMember;
import io.metastore.etcdapi.leasepb.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The data of a view in the layout of etcd's database.
 *
 * <p>Not included is what etcd does not have: znodes and their sessions, the queues of locks (their
 * keys are), and permissions that were granted to a user directly.
 */
public final class DbContents {
  private final ReadView view;
  private final StoreContents contents;
  private final List<MemberInfo> members;
  private final String clusterVersion;
  private final String storageVersion;

  /**
   * @param view stays open meanwhile; the caller closes it
   * @param members the members of the cluster
   * @param clusterVersion such as {@code 3.7.0}
   * @param storageVersion empty for versions of etcd before 3.6
   */
  public DbContents(
      ReadView view, List<MemberInfo> members, String clusterVersion, String storageVersion) {
    this.view = view;
    this.contents = view.contents();
    this.members = List.copyOf(members);
    this.clusterVersion = clusterVersion;
    this.storageVersion = storageVersion;
  }

  /**
   * Passes everything to a sink.
   *
   * @param scratch directory for temporary files
   * @param pace of reading keys
   */
  void writeTo(DbSink sink, Path scratch, Pace pace) throws IOException {
    for (Schema bucket : Schema.values()) {
      sink.bucket(bucket.bucket());
      switch (bucket) {
        case ALARM -> writeAlarms(sink);
        case AUTH -> writeAuth(sink);
        case AUTH_ROLES -> writeRoles(sink);
        case AUTH_USERS -> writeUsers(sink);
        case CLUSTER -> sink.put(Schema.CLUSTER_VERSION, Schema.bytes(clusterVersion));
        case KEY -> writeKeys(sink, scratch, pace);
        case LEASE -> writeLeases(sink);
        case MEMBERS -> writeMembers(sink);
        case MEMBERS_REMOVED -> {} // a restored cluster begins without them
        case META -> writeMeta(sink);
      }
    }
  }

  /** etcd's hash of the whole database. */
  public int hash(Path scratch) throws IOException {
    HashSink sink = new HashSink();
    writeTo(sink, scratch, Pace.UNLIMITED);
    return sink.value();
  }

  private void writeAlarms(DbSink sink) throws IOException {
    Map<byte[], byte[]> entries = newSortedEntries();
    view.alarms().forEach(alarm -> entries.put(toMember(alarm), new byte[0]));
    putAll(sink, entries);
  }

  private static Map<byte[], byte[]> newSortedEntries() {
    return new TreeMap<>(Arrays::compareUnsigned);
  }

  private static void putAll(DbSink sink, Map<byte[], byte[]> entries) throws IOException {
    for (Map.Entry<byte[], byte[]> entry : entries.entrySet()) {
      sink.put(entry.getKey(), entry.getValue());
    }
  }

  private static byte[] toMember(Alarm alarm) {
    return AlarmMember.newBuilder()
        .setMemberID(alarm.getMemberId())
        .setAlarmValue(alarm.getKindValue()) // the numbers are etcd's
        .build()
        .toByteArray();
  }

  private void writeAuth(DbSink sink) throws IOException {
    AccessRules rules = view.access();
    sink.put(Schema.AUTH_ENABLED, new byte[] {(byte) (rules.enabled() ? 1 : 0)});
    sink.put(Schema.AUTH_REVISION, int64(rules.revision()));
  }

  private void writeRoles(DbSink sink) throws IOException {
    AccessRules rules = view.access();
    Map<byte[], byte[]> entries = newSortedEntries();
    for (String name : rules.roles()) {
      Role.Builder role = Role.newBuilder().setName(ByteString.copyFromUtf8(name));
      List<Permission> held = rules.findPermissions(name);
      if (held != null && !name.equals(AccessRules.ROOT)) { // root needs no permissions
        role.addAllKeyPermission(Permissions.toEtcd(name, held));
      }
      entries.put(utf8(name), role.build().toByteArray());
    }
    putAll(sink, entries);
  }

  private void writeUsers(DbSink sink) throws IOException {
    AccessRules rules = view.access();
    Map<byte[], byte[]> entries = newSortedEntries();
    for (UserView user : rules.users()) {
      String hash = rules.findPasswordHash(user.name());
      User.Builder stored =
          User.newBuilder()
              .setName(ByteString.copyFromUtf8(user.name()))
              .addAllRoles(user.roles())
              .setOptions(UserAddOptions.newBuilder().setNoPassword(user.noPassword()));
      if (hash != null) {
        stored.setPassword(ByteString.copyFromUtf8(hash));
      }
      entries.put(utf8(user.name()), stored.build().toByteArray());
    }
    putAll(sink, entries);
  }

  private void writeKeys(DbSink sink, Path scratch, Pace pace) throws IOException {
    try (VersionWalk walk = contents.versions(contents.revision(), scratch, pace)) {
      for (StoredVersion next = walk.next(); next != null; next = walk.next()) {
        sink.put(Versions.toKey(next), Versions.toValue(next));
      }
    }
  }

  private void writeLeases(DbSink sink) throws IOException {
    try {
      contents.forEachLease(
          lease -> {
            try {
              sink.put(int64(lease.id()), toLease(lease).toByteArray());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Lease toLease(LeaseView lease) {
    return Lease.newBuilder()
        .setID(lease.id())
        .setTTL(lease.ttl())
        .setRemainingTTL(lease.remaining())
        .build();
  }

  private void writeMembers(DbSink sink) throws IOException {
    Map<byte[], byte[]> entries = newSortedEntries();
    for (MemberInfo member : members) {
      entries.put(utf8(Long.toHexString(member.id())), utf8(toJson(member).toString()));
    }
    putAll(sink, entries);
  }

  private static JsonObject toJson(MemberInfo member) {
    JsonObject json = new JsonObject();
    json.add("id", unsigned(member.id()));
    json.add("peerURLs", array(member.peerUrls()));
    if (member.learner()) {
      json.addProperty("isLearner", true);
    }
    if (!member.name().isEmpty()) {
      json.addProperty("name", member.name());
    }
    if (!member.clientUrls().isEmpty()) {
      json.add("clientURLs", array(member.clientUrls()));
    }
    return json;
  }

  private static JsonArray array(List<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }

  private static JsonPrimitive unsigned(long id) {
    return new JsonPrimitive(new BigInteger(Long.toUnsignedString(id)));
  }

  private void writeMeta(DbSink sink) throws IOException {
    sink.put(Schema.CONF_STATE, utf8(confState().toString()));
    sink.put(Schema.CONSISTENT_INDEX, int64(Math.max(0, contents.index())));
    if (contents.compactedRevision() > 0) {
      byte[] compacted =
          new RevisionKey(contents.compactedRevision(), 0, /* deletion= */ false).toBytes();
      sink.put(Schema.FINISHED_COMPACTION, compacted);
      sink.put(Schema.SCHEDULED_COMPACTION, compacted);
    }
    if (!storageVersion.isEmpty()) {
      sink.put(Schema.STORAGE_VERSION, Schema.bytes(storageVersion));
    }
    sink.put(Schema.TERM, int64(contents.term()));
  }

  private JsonObject confState() {
    JsonObject state = new JsonObject();
    JsonArray voters = new JsonArray();
    JsonArray learners = new JsonArray();
    members.forEach(member -> (member.learner() ? learners : voters).add(unsigned(member.id())));
    state.add("voters", voters);
    if (!learners.isEmpty()) {
      state.add("learners", learners);
    }
    state.addProperty("auto_leave", false);
    return state;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] int64(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }
}
