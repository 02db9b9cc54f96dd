package io.metastore.etcdapi;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares the HTTP mapping of each method with the paths that etcd 3.7.1 serves. */
class HttpMappingTest {
  /** All mappings are POST requests with the request message as the body. */
  private static final Map<String, List<String>> PATHS =
      Map.ofEntries(
          Map.entry("etcdserverpb.KV.Range", List.of("/v3/kv/range")),
          Map.entry("etcdserverpb.KV.RangeStream", List.of()),
          Map.entry("etcdserverpb.KV.Put", List.of("/v3/kv/put")),
          Map.entry("etcdserverpb.KV.DeleteRange", List.of("/v3/kv/deleterange")),
          Map.entry("etcdserverpb.KV.Txn", List.of("/v3/kv/txn")),
          Map.entry("etcdserverpb.KV.Compact", List.of("/v3/kv/compaction")),
          Map.entry("etcdserverpb.Watch.Watch", List.of("/v3/watch")),
          Map.entry("etcdserverpb.Lease.LeaseGrant", List.of("/v3/lease/grant")),
          Map.entry(
              "etcdserverpb.Lease.LeaseRevoke", List.of("/v3/lease/revoke", "/v3/kv/lease/revoke")),
          Map.entry("etcdserverpb.Lease.LeaseKeepAlive", List.of("/v3/lease/keepalive")),
          Map.entry(
              "etcdserverpb.Lease.LeaseTimeToLive",
              List.of("/v3/lease/timetolive", "/v3/kv/lease/timetolive")),
          Map.entry(
              "etcdserverpb.Lease.LeaseLeases", List.of("/v3/lease/leases", "/v3/kv/lease/leases")),
          Map.entry("etcdserverpb.Cluster.MemberAdd", List.of("/v3/cluster/member/add")),
          Map.entry("etcdserverpb.Cluster.MemberRemove", List.of("/v3/cluster/member/remove")),
          Map.entry("etcdserverpb.Cluster.MemberUpdate", List.of("/v3/cluster/member/update")),
          Map.entry("etcdserverpb.Cluster.MemberList", List.of("/v3/cluster/member/list")),
          Map.entry("etcdserverpb.Cluster.MemberPromote", List.of("/v3/cluster/member/promote")),
          Map.entry("etcdserverpb.Maintenance.Alarm", List.of("/v3/maintenance/alarm")),
          Map.entry("etcdserverpb.Maintenance.Status", List.of("/v3/maintenance/status")),
          Map.entry("etcdserverpb.Maintenance.Defragment", List.of("/v3/maintenance/defragment")),
          Map.entry("etcdserverpb.Maintenance.Hash", List.of("/v3/maintenance/hash")),
          Map.entry("etcdserverpb.Maintenance.HashKV", List.of("/v3/maintenance/hashkv")),
          Map.entry("etcdserverpb.Maintenance.Snapshot", List.of("/v3/maintenance/snapshot")),
          Map.entry(
              "etcdserverpb.Maintenance.MoveLeader",
              List.of("/v3/maintenance/transfer-leadership")),
          Map.entry("etcdserverpb.Maintenance.Downgrade", List.of("/v3/maintenance/downgrade")),
          Map.entry("etcdserverpb.Auth.AuthEnable", List.of("/v3/auth/enable")),
          Map.entry("etcdserverpb.Auth.AuthDisable", List.of("/v3/auth/disable")),
          Map.entry("etcdserverpb.Auth.AuthStatus", List.of("/v3/auth/status")),
          Map.entry("etcdserverpb.Auth.Authenticate", List.of("/v3/auth/authenticate")),
          Map.entry("etcdserverpb.Auth.UserAdd", List.of("/v3/auth/user/add")),
          Map.entry("etcdserverpb.Auth.UserGet", List.of("/v3/auth/user/get")),
          Map.entry("etcdserverpb.Auth.UserList", List.of("/v3/auth/user/list")),
          Map.entry("etcdserverpb.Auth.UserDelete", List.of("/v3/auth/user/delete")),
          Map.entry("etcdserverpb.Auth.UserChangePassword", List.of("/v3/auth/user/changepw")),
          Map.entry("etcdserverpb.Auth.UserGrantRole", List.of("/v3/auth/user/grant")),
          Map.entry("etcdserverpb.Auth.UserRevokeRole", List.of("/v3/auth/user/revoke")),
          Map.entry("etcdserverpb.Auth.RoleAdd", List.of("/v3/auth/role/add")),
          Map.entry("etcdserverpb.Auth.RoleGet", List.of("/v3/auth/role/get")),
          Map.entry("etcdserverpb.Auth.RoleList", List.of("/v3/auth/role/list")),
          Map.entry("etcdserverpb.Auth.RoleDelete", List.of("/v3/auth/role/delete")),
          Map.entry("etcdserverpb.Auth.RoleGrantPermission", List.of("/v3/auth/role/grant")),
          Map.entry("etcdserverpb.Auth.RoleRevokePermission", List.of("/v3/auth/role/revoke")),
          Map.entry("v3lockpb.Lock.Lock", List.of("/v3/lock/lock")),
          Map.entry("v3lockpb.Lock.Unlock", List.of("/v3/lock/unlock")),
          Map.entry("v3electionpb.Election.Campaign", List.of("/v3/election/campaign")),
          Map.entry("v3electionpb.Election.Proclaim", List.of("/v3/election/proclaim")),
          Map.entry("v3electionpb.Election.Leader", List.of("/v3/election/leader")),
          Map.entry("v3electionpb.Election.Observe", List.of("/v3/election/observe")),
          Map.entry("v3electionpb.Election.Resign", List.of("/v3/election/resign")));

  @Test
  void everyMethodHasThePathsOfEtcd() {
    Map<String, List<HttpRule>> expected =
        PATHS.entrySet().stream()
            .collect(
                toMap(
                    Map.Entry::getKey,
                    entry -> entry.getValue().stream().map(HttpMappingTest::post).toList()));

    assertThat(
            WireDefinitions.methods()
                .collect(toMap(MethodDescriptor::getFullName, HttpMappingTest::bindings)))
        .containsExactlyInAnyOrderEntriesOf(expected);
  }

  /** The HTTP rules of a method: the main rule, followed by the additional ones. */
  private static List<HttpRule> bindings(MethodDescriptor method) {
    if (!method.getOptions().hasExtension(AnnotationsProto.http)) {
      return List.of();
    }
    HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
    List<HttpRule> bindings = new ArrayList<>();
    bindings.add(rule.toBuilder().clearAdditionalBindings().build());
    bindings.addAll(rule.getAdditionalBindingsList());
    return bindings;
  }

  private static HttpRule post(String path) {
    return HttpRule.newBuilder().setPost(path).setBody("*").build();
  }
}
