package io.metastore.adapter.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.adapter.etcd.db.DbReader;
import io.metastore.adapter.etcd.db.DbRole;
import io.metastore.adapter.etcd.db.DbUser;
import io.metastore.core.api.LeaseView;
import io.metastore.core.api.StoredVersion;
import io.metastore.etcdapi.authpb.Permission;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.DowngradeRequest;
import io.metastore.etcdapi.etcdserverpb.DowngradeRequest.DowngradeAction;
import io.metastore.etcdapi.etcdserverpb.HashKVRequest;
import io.metastore.etcdapi.etcdserverpb.HashKVResponse;
import io.metastore.etcdapi.etcdserverpb.HashRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.MoveLeaderRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.SnapshotRequest;
import io.metastore.etcdapi.etcdserverpb.SnapshotResponse;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots, hashes and leader transfer of a real store. */
class SnapshotTest {
  @TempDir Path directory;
  private LiveServer server;
  private MaintenanceGrpc.MaintenanceBlockingStub maintenance;
  private KVGrpc.KVBlockingStub kv;

  @BeforeEach
  void start() throws Exception {
    server = new LiveServer(directory.resolve("data"));
    maintenance = MaintenanceGrpc.newBlockingStub(server.channel);
    kv = KVGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void snapshotIsADatabaseFileWithEverything() throws Exception {
    long lease =
        LeaseGrpc.newBlockingStub(server.channel)
            .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(1000).build())
            .getID();
    put("a", "1", 0); // revision 2
    put("a", "2", lease);
    put("b", "x".repeat(100_000), 0);
    kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes("b")).build()); // 5
    put("b", "again", 0);
    kv.compact(CompactionRequest.newBuilder().setRevision(3).build());
    AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(server.channel);
    auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("reader").build());
    auth.roleGrantPermission(
        AuthRoleGrantPermissionRequest.newBuilder()
            .setName("reader")
            .setPerm(
                Permission.newBuilder()
                    .setPermType(Permission.Type.READWRITE)
                    .setKey(bytes("a"))
                    .setRangeEnd(bytes("z")))
            .build());

    Path file = save(maintenance);
    assertThat(DbReader.hasDigest(file)).isTrue();
    assertThat(DbReader.digestMatches(file)).isTrue();
    try (DbReader db = DbReader.open(file)) {
      assertThat(db.check()).isEmpty();
      assertThat(db.storageVersion()).isEqualTo("3.7.0");
      assertThat(db.newestRevision()).isEqualTo(6);
      assertThat(db.compactedRevision()).isEqualTo(3);
      assertThat(db.consistentIndex()).isEqualTo(server.node.cluster().appliedIndex());
      List<String> versions = new ArrayList<>();
      db.forEachVersion(version -> versions.add(text(version)));
      assertThat(versions)
          .containsExactly("3 a=2 v2 c2", "4 b=100000 v1 c4", "5 b deleted", "6 b=again v1 c6");
      List<LeaseView> leases = new ArrayList<>();
      db.forEachLease(leases::add);
      assertThat(leases).containsExactly(new LeaseView(lease, 1000, 0));
      assertThat(db.roles()).extracting(DbRole::name).containsExactly("reader");
      assertThat(db.roles().get(0).permissions()).hasSize(1);
      assertThat(db.users()).isEmpty();
      assertThat(db.members()).isEqualTo(server.node.cluster().members());
    }
    assertThat(directory.resolve("data/scratch")).isEmptyDirectory();
  }

  @Test
  void snapshotNeedsRootAndContainsUsers() throws Exception {
    server.enableAuth();
    assertThatThrownBy(() -> maintenance.snapshot(SnapshotRequest.getDefaultInstance()).next())
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("etcdserver: user name is empty");
    Path file =
        save(MaintenanceGrpc.newBlockingStub(server.withToken(server.logIn("root", "root"))));
    try (DbReader db = DbReader.open(file)) {
      assertThat(db.authEnabled()).isTrue();
      assertThat(db.authRevision()).isEqualTo(server.node.access().revision());
      DbUser root = db.users().get(0);
      assertThat(root.roles()).containsExactly("root");
      assertThat(root.passwordHash()).isEqualTo(server.node.access().findPasswordHash("root"));
    }
  }

  @Test
  void aClientThatGoesAwayLeavesNoFile() throws Exception {
    for (int i = 0; i < 40; i++) {
      put("k" + i, "v".repeat(50_000), 0);
    }
    for (int i = 0; i < 5; i++) { // more than there may be files at the same time
      Context.CancellableContext call = Context.current().withCancellation();
      call.run(() -> maintenance.snapshot(SnapshotRequest.getDefaultInstance()).next());
      call.cancel(null);
    }
    save(maintenance);
    assertThat(directory.resolve("data/scratch")).isEmptyDirectory();
  }

  @Test
  void hashesDependOnTheHistoryUpToTheirRevision() {
    put("a", "1", 0);
    HashKVResponse at2 = hash(0);
    assertThat(at2.getHashRevision()).isEqualTo(2);
    assertThat(at2.getCompactRevision()).isEqualTo(-1);
    put("a", "2", 0);
    assertThat(hash(2).getHash()).isEqualTo(at2.getHash());
    assertThat(hash(0).getHash()).isNotEqualTo(at2.getHash());
    assertThat(hash(2).getHeader().getRevision()).isEqualTo(3);
    kv.compact(CompactionRequest.newBuilder().setRevision(3).build());
    assertThat(hash(0).getCompactRevision()).isEqualTo(3);
    assertRefused(Status.Code.OUT_OF_RANGE, "required revision has been compacted", () -> hash(2));
    assertRefused(Status.Code.OUT_OF_RANGE, "is a future revision", () -> hash(4));
    int all = maintenance.hash(HashRequest.getDefaultInstance()).getHash();
    assertThat(maintenance.hash(HashRequest.getDefaultInstance()).getHash()).isEqualTo(all);
    put("a", "3", 0);
    assertThat(maintenance.hash(HashRequest.getDefaultInstance()).getHash()).isNotEqualTo(all);
  }

  @Test
  void theLeaderMovesOnlyToAVoter() {
    assertRefused(
        Status.Code.FAILED_PRECONDITION,
        "etcdserver: bad leader transferee",
        () -> maintenance.moveLeader(MoveLeaderRequest.newBuilder().setTargetID(7).build()));
    maintenance.moveLeader(
        MoveLeaderRequest.newBuilder().setTargetID(server.node.cluster().memberId()).build());
  }

  @Test
  void aDowngradeIsChecked() {
    assertThat(downgrade(DowngradeAction.VALIDATE, "3.6")).isEqualTo("3.7");
    assertThat(downgrade(DowngradeAction.VALIDATE, "3.6.4")).isEqualTo("3.7");
    assertThat(downgrade(DowngradeAction.CANCEL, "")).isEqualTo("3.7");
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        "etcdserver: wrong downgrade target version format",
        () -> downgrade(DowngradeAction.VALIDATE, "three"));
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        "etcdserver: invalid downgrade target version",
        () -> downgrade(DowngradeAction.ENABLE, "3.5"));
    assertRefused(
        Status.Code.UNIMPLEMENTED,
        "--compat-version",
        () -> downgrade(DowngradeAction.ENABLE, "3.6"));
  }

  private String downgrade(DowngradeAction action, String version) {
    return maintenance
        .downgrade(DowngradeRequest.newBuilder().setAction(action).setVersion(version).build())
        .getVersion();
  }

  private static void assertRefused(Status.Code code, String text, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code))
        .hasMessageContaining(text);
  }

  private HashKVResponse hash(long revision) {
    return maintenance.hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  private Path save(MaintenanceGrpc.MaintenanceBlockingStub stub) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Iterator<SnapshotResponse> messages = stub.snapshot(SnapshotRequest.getDefaultInstance());
    long expected = -1;
    while (messages.hasNext()) {
      SnapshotResponse message = messages.next();
      if (expected >= 0 && expected > 0) {
        assertThat(message.getRemainingBytes()).isEqualTo(expected - message.getBlob().size());
      }
      expected = message.getRemainingBytes();
      message.getBlob().writeTo(out);
    }
    return Files.write(directory.resolve("snapshot"), out.toByteArray());
  }

  private void put(String key, String value, long lease) {
    kv.put(
        PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).setLease(lease).build());
  }

  private static String text(StoredVersion version) {
    String key = version.version().key().toStringUtf8();
    if (version.deletion()) {
      return version.revision() + " " + key + " deleted";
    }
    String value = version.version().value().toStringUtf8();
    return "%d %s=%s v%d c%d"
        .formatted(
            version.revision(),
            key,
            value.length() > 10 ? value.length() : value,
            version.version().version(),
            version.version().createRevision());
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
