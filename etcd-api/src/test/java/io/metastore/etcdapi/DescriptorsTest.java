package io.metastore.etcdapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FileDescriptor;
import io.etcd.jetcd.api.Auth;
import io.etcd.jetcd.api.ElectionOuterClass;
import io.etcd.jetcd.api.JetcdProto;
import io.etcd.jetcd.api.Kv;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Compares our protobuf files with those of jetcd, which are maintained independently. */
class DescriptorsTest {
  /** jetcd keeps etcd's protobuf packages, whatever the Java packages of the generated code. */
  private static final List<FileDescriptor> JETCD =
      List.of(
          Kv.getDescriptor(),
          Auth.getDescriptor(),
          JetcdProto.getDescriptor(),
          io.etcd.jetcd.api.lock.JetcdProto.getDescriptor(),
          ElectionOuterClass.getDescriptor());

  /** Items of etcd 3.7.1 that jetcd 0.8.6 lacks. */
  private static final Set<String> MISSING_IN_JETCD =
      Set.of(
          "enum etcdserverpb.DowngradeRequest.DowngradeAction",
          "field authpb.User.options = 4 authpb.UserAddOptions",
          "field authpb.UserAddOptions.no_password = 1 bool",
          "field etcdserverpb.AuthStatusResponse.authRevision = 3 uint64",
          "field etcdserverpb.AuthStatusResponse.enabled = 2 bool",
          "field etcdserverpb.AuthStatusResponse.header = 1 etcdserverpb.ResponseHeader",
          "field etcdserverpb.AuthUserAddRequest.hashedPassword = 4 string",
          "field etcdserverpb.AuthUserAddRequest.options = 3 authpb.UserAddOptions",
          "field etcdserverpb.AuthUserChangePasswordRequest.hashedPassword = 3 string",
          "field etcdserverpb.Compare.lease = 8 int64 in target_union",
          "field etcdserverpb.DowngradeInfo.enabled = 1 bool",
          "field etcdserverpb.DowngradeInfo.targetVersion = 2 string",
          "field etcdserverpb.DowngradeRequest.action = 1 etcdserverpb.DowngradeRequest.DowngradeAction",
          "field etcdserverpb.DowngradeRequest.version = 2 string",
          "field etcdserverpb.DowngradeResponse.header = 1 etcdserverpb.ResponseHeader",
          "field etcdserverpb.DowngradeResponse.version = 2 string",
          "field etcdserverpb.DowngradeVersionTestRequest.ver = 1 string",
          "field etcdserverpb.HashKVResponse.hash_revision = 4 int64",
          "field etcdserverpb.LeaseCheckpoint.ID = 1 int64",
          "field etcdserverpb.LeaseCheckpoint.remaining_TTL = 2 int64",
          "field etcdserverpb.LeaseCheckpointRequest.checkpoints = 1 repeated etcdserverpb.LeaseCheckpoint",
          "field etcdserverpb.LeaseCheckpointResponse.header = 1 etcdserverpb.ResponseHeader",
          "field etcdserverpb.LeaseLeasesResponse.header = 1 etcdserverpb.ResponseHeader",
          "field etcdserverpb.LeaseLeasesResponse.leases = 2 repeated etcdserverpb.LeaseStatus",
          "field etcdserverpb.LeaseStatus.ID = 1 int64",
          "field etcdserverpb.MemberListRequest.linearizable = 1 bool",
          "field etcdserverpb.RangeStreamResponse.range_response = 1 etcdserverpb.RangeResponse",
          "field etcdserverpb.SnapshotResponse.version = 4 string",
          "field etcdserverpb.StatusResponse.dbSizeQuota = 12 int64",
          "field etcdserverpb.StatusResponse.downgradeInfo = 13 etcdserverpb.DowngradeInfo",
          "field etcdserverpb.StatusResponse.storageVersion = 11 string",
          "field etcdserverpb.WatchCreateRequest.fragment = 8 bool",
          "field etcdserverpb.WatchCreateRequest.watch_id = 7 int64",
          "field etcdserverpb.WatchResponse.fragment = 7 bool",
          "message authpb.UserAddOptions",
          "message etcdserverpb.AuthStatusRequest",
          "message etcdserverpb.AuthStatusResponse",
          "message etcdserverpb.DowngradeInfo",
          "message etcdserverpb.DowngradeRequest",
          "message etcdserverpb.DowngradeResponse",
          "message etcdserverpb.DowngradeVersionTestRequest",
          "message etcdserverpb.LeaseCheckpoint",
          "message etcdserverpb.LeaseCheckpointRequest",
          "message etcdserverpb.LeaseCheckpointResponse",
          "message etcdserverpb.LeaseLeasesRequest",
          "message etcdserverpb.LeaseLeasesResponse",
          "message etcdserverpb.LeaseStatus",
          "message etcdserverpb.RangeStreamResponse",
          "method etcdserverpb.Auth.AuthStatus(etcdserverpb.AuthStatusRequest) returns (etcdserverpb.AuthStatusResponse)",
          "method etcdserverpb.KV.RangeStream(etcdserverpb.RangeRequest) returns (stream etcdserverpb.RangeStreamResponse)",
          "method etcdserverpb.Lease.LeaseLeases(etcdserverpb.LeaseLeasesRequest) returns (etcdserverpb.LeaseLeasesResponse)",
          "method etcdserverpb.Maintenance.Downgrade(etcdserverpb.DowngradeRequest) returns (etcdserverpb.DowngradeResponse)",
          "value etcdserverpb.AlarmType.CORRUPT = 2",
          "value etcdserverpb.Compare.CompareTarget.LEASE = 4",
          "value etcdserverpb.DowngradeRequest.DowngradeAction.CANCEL = 2",
          "value etcdserverpb.DowngradeRequest.DowngradeAction.ENABLE = 1",
          "value etcdserverpb.DowngradeRequest.DowngradeAction.VALIDATE = 0");

  /** Items of jetcd 0.8.6 that etcd 3.7.1 lacks. */
  private static final Set<String> ONLY_IN_JETCD =
      Set.of(
          "method etcdserverpb.Watch.Progress(etcdserverpb.WatchProgressRequest) returns (etcdserverpb.WatchResponse)");

  private final SortedSet<String> ours = WireFacts.of(WireDefinitions.FILES);
  private final SortedSet<String> theirs = WireFacts.of(JETCD);

  @Test
  void onlyTheListedItemsAreMissingInJetcd() {
    assertThat(minus(ours, theirs)).containsExactlyInAnyOrderElementsOf(MISSING_IN_JETCD);
  }

  @Test
  void everyOtherItemOfJetcdIsHereAndEqual() {
    assertThat(minus(theirs, ours)).containsExactlyInAnyOrderElementsOf(ONLY_IN_JETCD);
  }

  private static SortedSet<String> minus(SortedSet<String> all, SortedSet<String> without) {
    SortedSet<String> rest = new TreeSet<>(all);
    rest.removeAll(without);
    return rest;
  }
}
