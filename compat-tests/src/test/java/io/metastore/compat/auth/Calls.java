package io.metastore.compat.auth;

import static io.metastore.compat.auth.Users.ZERO;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.metastore.compat.process.Await;
import io.metastore.etcdapi.authpb.Permission;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGetRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleListRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthStatusRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserChangePasswordRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGetRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserListRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserRevokeRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthenticateRequest;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DefragmentRequest;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.DowngradeRequest;
import io.metastore.etcdapi.etcdserverpb.HashKVRequest;
import io.metastore.etcdapi.etcdserverpb.HashRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrantRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseLeasesRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseRevokeRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseTimeToLiveRequest;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.MemberAddRequest;
import io.metastore.etcdapi.etcdserverpb.MemberListRequest;
import io.metastore.etcdapi.etcdserverpb.MemberPromoteRequest;
import io.metastore.etcdapi.etcdserverpb.MemberRemoveRequest;
import io.metastore.etcdapi.etcdserverpb.MemberUpdateRequest;
import io.metastore.etcdapi.etcdserverpb.MoveLeaderRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.SnapshotRequest;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.etcdserverpb.WatchRequest;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.v3electionpb.CampaignRequest;
import io.metastore.etcdapi.v3electionpb.CampaignResponse;
import io.metastore.etcdapi.v3electionpb.ElectionGrpc;
import io.metastore.etcdapi.v3electionpb.LeaderKey;
import io.metastore.etcdapi.v3electionpb.LeaderRequest;
import io.metastore.etcdapi.v3electionpb.ProclaimRequest;
import io.metastore.etcdapi.v3electionpb.ResignRequest;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import io.metastore.etcdapi.v3lockpb.LockRequest;
import io.metastore.etcdapi.v3lockpb.UnlockRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Makes every call of etcd's API, on keys inside, outside and across the ranges that users may
 * access.
 */
final class Calls {
  private final Channel root;
  private long lastLease = 1000;

  /** The key and range end of a request; the range end is empty for a single key. */
  private record Keys(String name, String key, String end) {
    boolean single() {
      return end.isEmpty();
    }
  }

  private static final List<Keys> KEYS =
      List.of(
          new Keys("inside", "/a/k", ""),
          new Keys("outside", "/z/k", ""),
          new Keys("just after", "/a0", ""),
          new Keys("just before", "/a", ""),
          new Keys("range inside", "/a/b", "/a/n"),
          new Keys("exact range", "/a/", "/a0"),
          new Keys("first half", "/a/", "/a/m"),
          new Keys("overlapping left", "/", "/a/n"),
          new Keys("overlapping right", "/a/n", "/b"),
          new Keys("around", "/", "/b"),
          new Keys("one key as a range", "/a/k", "/a/k\0"),
          new Keys("upward from inside", "/a/n", ZERO),
          new Keys("upward from outside", "/n", ZERO),
          new Keys("everything", ZERO, ZERO));

  /** A call whose result is {@code OK} or the error as text. */
  private interface Call {
    String make(Channel channel);
  }

  /**
   * @param root a channel of a user who may make every call
   */
  Calls(Channel root) {
    this.root = root;
    for (Keys keys : KEYS) {
      unary(KVGrpc.getPutMethod(), put(keys.key()).build()).make(root);
    }
  }

  private LeaderKey elect(String name) {
    CampaignResponse elected =
        ClientCalls.blockingUnaryCall(
            root,
            ElectionGrpc.getCampaignMethod(),
            options(),
            CampaignRequest.newBuilder().setName(bytes(name)).setLease(newLease("/m/x")).build());
    return elected.getLeader();
  }

  /**
   * Makes all calls in order as one user, and returns the results.
   *
   * @param isRoot whether to omit calls that would change the member or the users
   */
  Map<String, String> makeAll(Channel channel, boolean isRoot) {
    Map<String, Call> calls = new LinkedHashMap<>();
    KEYS.forEach(keys -> addKeyCalls(calls, keys));
    addTxns(calls);
    addLeaseCalls(calls);
    addLocksAndElections(calls);
    addReads(calls);
    if (!isRoot) {
      addAdministration(calls);
    }
    Map<String, String> answers = new LinkedHashMap<>();
    calls.forEach((name, call) -> answers.put(name, call.make(channel)));
    return answers;
  }

  private static void addKeyCalls(Map<String, Call> calls, Keys keys) {
    RangeRequest range =
        RangeRequest.newBuilder().setKey(bytes(keys.key())).setRangeEnd(bytes(keys.end())).build();
    DeleteRangeRequest delete =
        DeleteRangeRequest.newBuilder()
            .setKey(bytes(keys.key()))
            .setRangeEnd(bytes(keys.end()))
            .build();
    String on = " " + keys.name();
    calls.put("Range" + on, unary(KVGrpc.getRangeMethod(), range));
    calls.put(
        "Range serializable" + on,
        unary(KVGrpc.getRangeMethod(), range.toBuilder().setSerializable(true).build()));
    calls.put(
        "Range count" + on,
        unary(KVGrpc.getRangeMethod(), range.toBuilder().setCountOnly(true).build()));
    calls.put("RangeStream" + on, stream(KVGrpc.getRangeStreamMethod(), range));
    calls.put("Watch" + on, watch(keys));
    if (keys.single()) {
      calls.put("Put" + on, unary(KVGrpc.getPutMethod(), put(keys.key()).build()));
      calls.put(
          "Put prev_kv" + on,
          unary(KVGrpc.getPutMethod(), put(keys.key()).setPrevKv(true).build()));
    }
    Compare compare =
        Compare.newBuilder()
            .setKey(bytes(keys.key()))
            .setRangeEnd(bytes(keys.end()))
            .setTarget(Compare.CompareTarget.MOD)
            .setResult(Compare.CompareResult.GREATER)
            .build();
    calls.put("Txn compare" + on, txn(TxnRequest.newBuilder().addCompare(compare)));
    calls.put("Txn get" + on, txn(TxnRequest.newBuilder().addSuccess(op(range))));
    calls.put("Txn get not run" + on, txn(TxnRequest.newBuilder().addFailure(op(range))));
    calls.put("Txn delete not run" + on, txn(TxnRequest.newBuilder().addFailure(op(delete))));
    calls.put(
        "Txn delete prev_kv not run" + on,
        txn(TxnRequest.newBuilder().addFailure(op(delete.toBuilder().setPrevKv(true).build()))));
    calls.put(
        "Txn nested" + on,
        txn(
            TxnRequest.newBuilder()
                .addSuccess(
                    RequestOp.newBuilder()
                        .setRequestTxn(TxnRequest.newBuilder().addFailure(op(delete))))));
    if (!keys.name().equals("everything") && !keys.name().startsWith("upward")) {
      calls.put("DeleteRange" + on, unary(KVGrpc.getDeleteRangeMethod(), delete));
      calls.put(
          "DeleteRange prev_kv" + on,
          unary(KVGrpc.getDeleteRangeMethod(), delete.toBuilder().setPrevKv(true).build()));
    }
  }

  private void addTxns(Map<String, Call> calls) {
    calls.put("Txn empty", txn(TxnRequest.newBuilder()));
    calls.put("Put empty key", unary(KVGrpc.getPutMethod(), put("").build()));
    calls.put(
        "Txn put inside, get outside",
        txn(
            TxnRequest.newBuilder()
                .addSuccess(op(put("/a/k").build()))
                .addFailure(op(RangeRequest.newBuilder().setKey(bytes("/z/k")).build()))));
    calls.put(
        "Txn put prev_kv inside",
        txn(TxnRequest.newBuilder().addSuccess(op(put("/a/k").setPrevKv(true).build()))));
  }

  private void addLeaseCalls(Map<String, Call> calls) {
    calls.put(
        "LeaseGrant",
        channel ->
            unary(
                    LeaseGrpc.getLeaseGrantMethod(),
                    LeaseGrantRequest.newBuilder().setID(++lastLease).setTTL(600).build())
                .make(channel));
    for (String key : List.of("/a/leased", "/z/leased")) {
      String on = " with " + key;
      calls.put(
          "Put on lease" + on,
          onLease(key, id -> unary(KVGrpc.getPutMethod(), put("/a/other").setLease(id).build())));
      calls.put(
          "Txn put on lease not run" + on,
          onLease(
              key,
              id ->
                  txn(
                      TxnRequest.newBuilder()
                          .addFailure(op(put("/a/other").setLease(id).build())))));
      calls.put(
          "LeaseTimeToLive" + on,
          onLease(
              key,
              id ->
                  unary(
                      LeaseGrpc.getLeaseTimeToLiveMethod(),
                      LeaseTimeToLiveRequest.newBuilder().setID(id).build())));
      calls.put(
          "LeaseTimeToLive keys" + on,
          onLease(
              key,
              id ->
                  unary(
                      LeaseGrpc.getLeaseTimeToLiveMethod(),
                      LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(true).build())));
      calls.put(
          "LeaseKeepAlive" + on,
          onLease(
              key,
              id ->
                  stream(
                      LeaseGrpc.getLeaseKeepAliveMethod(),
                      LeaseKeepAliveRequest.newBuilder().setID(id).build())));
      calls.put(
          "LeaseRevoke" + on,
          onLease(
              key,
              id ->
                  unary(
                      LeaseGrpc.getLeaseRevokeMethod(),
                      LeaseRevokeRequest.newBuilder().setID(id).build())));
    }
    calls.put(
        "LeaseRevoke unknown",
        unary(LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeRequest.newBuilder().setID(7).build()));
    calls.put(
        "Put on unknown lease", unary(KVGrpc.getPutMethod(), put("/a/other").setLease(7).build()));
    calls.put(
        "LeaseLeases",
        unary(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance()));
  }

  private interface LeaseCall {
    Call on(long lease);
  }

  private Call onLease(String key, LeaseCall call) {
    return channel -> {
      long lease = newLease(key);
      String answer = call.on(lease).make(channel);
      unary(LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeRequest.newBuilder().setID(lease).build())
          .make(root);
      return answer;
    };
  }

  private long newLease(String key) {
    long lease = ++lastLease;
    unary(
            LeaseGrpc.getLeaseGrantMethod(),
            LeaseGrantRequest.newBuilder().setID(lease).setTTL(600).build())
        .make(root);
    unary(KVGrpc.getPutMethod(), put(key).setLease(lease).build()).make(root);
    return lease;
  }

  private void addLocksAndElections(Map<String, Call> calls) {
    for (String below : List.of("/a/", "/z/")) {
      String on = " " + below;
      calls.put(
          "Lock" + on,
          channel ->
              unary(
                      LockGrpc.getLockMethod(),
                      LockRequest.newBuilder().setName(bytes(below + "lock" + ++lastLease)).build())
                  .make(channel));
      calls.put(
          "Lock on lease" + on,
          onLease(
              "/a/leased",
              id ->
                  unary(
                      LockGrpc.getLockMethod(),
                      LockRequest.newBuilder()
                          .setName(bytes(below + "lock" + id))
                          .setLease(id)
                          .build())));
      calls.put(
          "Unlock" + on,
          unary(
              LockGrpc.getUnlockMethod(),
              UnlockRequest.newBuilder().setKey(bytes(below + "no lock")).build()));
      calls.put(
          "Campaign" + on,
          onLease(
              "/a/leased",
              id ->
                  unary(
                      ElectionGrpc.getCampaignMethod(),
                      CampaignRequest.newBuilder()
                          .setName(bytes(below + "campaign" + id))
                          .setLease(id)
                          .build())));
      calls.put(
          "Leader" + on,
          onElection(below, leader -> unary(ElectionGrpc.getLeaderMethod(), election(leader))));
      calls.put(
          "Observe" + on,
          onElection(below, leader -> stream(ElectionGrpc.getObserveMethod(), election(leader))));
      calls.put(
          "Proclaim" + on,
          onElection(
              below,
              leader ->
                  unary(
                      ElectionGrpc.getProclaimMethod(),
                      ProclaimRequest.newBuilder().setLeader(leader).build())));
      calls.put(
          "Resign" + on,
          onElection(
              below,
              leader ->
                  unary(
                      ElectionGrpc.getResignMethod(),
                      ResignRequest.newBuilder().setLeader(leader).build())));
    }
  }

  private interface ElectionCall {
    Call on(LeaderKey leader);
  }

  /** Runs the call on a separate election, which root has won. */
  private Call onElection(String below, ElectionCall call) {
    return channel -> call.on(elect(below + "election" + ++lastLease)).make(channel);
  }

  private static LeaderRequest election(LeaderKey leader) {
    return LeaderRequest.newBuilder().setName(leader.getName()).build();
  }

  /** Calls that change nothing, or that are refused for everybody. */
  private static void addReads(Map<String, Call> calls) {
    calls.put(
        "Status", unary(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance()));
    calls.put(
        "Alarm get", unary(MaintenanceGrpc.getAlarmMethod(), AlarmRequest.getDefaultInstance()));
    calls.put(
        "MemberList",
        unary(ClusterGrpc.getMemberListMethod(), MemberListRequest.getDefaultInstance()));
    calls.put(
        "Compact",
        unary(
            KVGrpc.getCompactMethod(),
            CompactionRequest.newBuilder().setRevision(1 << 30).build()));
    calls.put(
        "AuthStatus",
        unary(AuthGrpc.getAuthStatusMethod(), AuthStatusRequest.getDefaultInstance()));
    calls.put(
        "Authenticate wrong password",
        unary(
            AuthGrpc.getAuthenticateMethod(),
            AuthenticateRequest.newBuilder().setName("reader").setPassword("wrong").build()));
    calls.put(
        "Authenticate nobody",
        unary(
            AuthGrpc.getAuthenticateMethod(),
            AuthenticateRequest.newBuilder().setName("nobody").setPassword("wrong").build()));
    calls.put(
        "UserList", unary(AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance()));
    calls.put(
        "RoleList", unary(AuthGrpc.getRoleListMethod(), AuthRoleListRequest.getDefaultInstance()));
    for (String name : List.of("reader", "point", "root", "nobody", "")) {
      calls.put(
          "UserGet " + name,
          unary(
              AuthGrpc.getUserGetMethod(), AuthUserGetRequest.newBuilder().setName(name).build()));
      calls.put(
          "RoleGet " + name,
          unary(
              AuthGrpc.getRoleGetMethod(), AuthRoleGetRequest.newBuilder().setRole(name).build()));
    }
    calls.put("UserAdd existing", unary(AuthGrpc.getUserAddMethod(), user("reader")));
    calls.put("UserAdd empty", unary(AuthGrpc.getUserAddMethod(), user("")));
    calls.put("RoleAdd existing", unary(AuthGrpc.getRoleAddMethod(), role("reader")));
    calls.put("RoleAdd empty", unary(AuthGrpc.getRoleAddMethod(), role("")));
    calls.put(
        "UserDelete nobody",
        unary(
            AuthGrpc.getUserDeleteMethod(),
            AuthUserDeleteRequest.newBuilder().setName("nobody").build()));
    calls.put(
        "UserDelete root",
        unary(
            AuthGrpc.getUserDeleteMethod(),
            AuthUserDeleteRequest.newBuilder().setName("root").build()));
    calls.put(
        "UserChangePassword nobody",
        unary(
            AuthGrpc.getUserChangePasswordMethod(),
            AuthUserChangePasswordRequest.newBuilder().setName("nobody").setPassword("p").build()));
    for (String user : List.of("reader", "nobody")) {
      for (String role : List.of("reader", "nothing")) {
        calls.put(
            "UserGrantRole " + user + " " + role,
            unary(
                AuthGrpc.getUserGrantRoleMethod(),
                AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build()));
      }
    }
    calls.put(
        "UserRevokeRole not granted",
        unary(
            AuthGrpc.getUserRevokeRoleMethod(),
            AuthUserRevokeRoleRequest.newBuilder().setName("reader").setRole("writer").build()));
    calls.put(
        "UserRevokeRole root root",
        unary(
            AuthGrpc.getUserRevokeRoleMethod(),
            AuthUserRevokeRoleRequest.newBuilder().setName("root").setRole("root").build()));
    calls.put(
        "RoleDelete nothing",
        unary(
            AuthGrpc.getRoleDeleteMethod(),
            AuthRoleDeleteRequest.newBuilder().setRole("nothing").build()));
    calls.put(
        "RoleDelete root",
        unary(
            AuthGrpc.getRoleDeleteMethod(),
            AuthRoleDeleteRequest.newBuilder().setRole("root").build()));
    calls.put(
        "RoleGrantPermission none",
        unary(
            AuthGrpc.getRoleGrantPermissionMethod(),
            AuthRoleGrantPermissionRequest.newBuilder().setName("reader").build()));
    for (String end : List.of("a", "b", "c")) {
      calls.put(
          "RoleGrantPermission unknown role b to " + end,
          unary(
              AuthGrpc.getRoleGrantPermissionMethod(),
              AuthRoleGrantPermissionRequest.newBuilder()
                  .setName("nothing")
                  .setPerm(Permission.newBuilder().setKey(bytes("b")).setRangeEnd(bytes(end)))
                  .build()));
    }
    calls.put(
        "RoleRevokePermission not granted",
        unary(
            AuthGrpc.getRoleRevokePermissionMethod(),
            AuthRoleRevokePermissionRequest.newBuilder()
                .setRole("reader")
                .setKey(bytes("/a/"))
                .build()));
  }

  /** Calls that would change something if they were not refused. */
  private static void addAdministration(Map<String, Call> calls) {
    calls.put(
        "Alarm activate",
        unary(
            MaintenanceGrpc.getAlarmMethod(),
            AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.ACTIVATE).build()));
    calls.put(
        "Defragment",
        unary(MaintenanceGrpc.getDefragmentMethod(), DefragmentRequest.getDefaultInstance()));
    calls.put("Hash", unary(MaintenanceGrpc.getHashMethod(), HashRequest.getDefaultInstance()));
    calls.put(
        "HashKV", unary(MaintenanceGrpc.getHashKVMethod(), HashKVRequest.getDefaultInstance()));
    calls.put(
        "Snapshot",
        stream(MaintenanceGrpc.getSnapshotMethod(), SnapshotRequest.getDefaultInstance()));
    calls.put(
        "MoveLeader",
        unary(MaintenanceGrpc.getMoveLeaderMethod(), MoveLeaderRequest.getDefaultInstance()));
    calls.put(
        "Downgrade",
        unary(MaintenanceGrpc.getDowngradeMethod(), DowngradeRequest.getDefaultInstance()));
    calls.put(
        "MemberAdd",
        unary(
            ClusterGrpc.getMemberAddMethod(),
            MemberAddRequest.newBuilder().addPeerURLs("http://127.0.0.1:1").build()));
    calls.put(
        "MemberRemove",
        unary(ClusterGrpc.getMemberRemoveMethod(), MemberRemoveRequest.getDefaultInstance()));
    calls.put(
        "MemberUpdate",
        unary(
            ClusterGrpc.getMemberUpdateMethod(),
            MemberUpdateRequest.newBuilder().addPeerURLs("http://127.0.0.1:1").build()));
    calls.put(
        "MemberPromote",
        unary(ClusterGrpc.getMemberPromoteMethod(), MemberPromoteRequest.getDefaultInstance()));
  }

  // --- requests --------------------------------------------------------------------------------

  private static PutRequest.Builder put(String key) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes("v"));
  }

  private static RequestOp op(RangeRequest range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  private static RequestOp op(PutRequest put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  private static RequestOp op(DeleteRangeRequest delete) {
    return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
  }

  private static AuthUserAddRequest user(String name) {
    return AuthUserAddRequest.newBuilder().setName(name).setPassword("p").build();
  }

  private static AuthRoleAddRequest role(String name) {
    return AuthRoleAddRequest.newBuilder().setName(name).build();
  }

  private static Call txn(TxnRequest.Builder txn) {
    return unary(KVGrpc.getTxnMethod(), txn.build());
  }

  // --- calls -----------------------------------------------------------------------------------

  private static <Q, R extends Message> Call unary(MethodDescriptor<Q, R> method, Q request) {
    return channel ->
        worded(
            () -> {
              ClientCalls.blockingUnaryCall(channel, method, options(), request);
              return "OK";
            });
  }

  /** The first response of a stream. */
  private static <Q, R> Call stream(MethodDescriptor<Q, R> method, Q request) {
    return channel -> first(channel, method, request, answer -> "OK");
  }

  private static Call watch(Keys keys) {
    WatchRequest request =
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(bytes(keys.key()))
                    .setRangeEnd(bytes(keys.end())))
            .build();
    return channel ->
        first(
            channel,
            WatchGrpc.getWatchMethod(),
            request,
            (WatchResponse answer) ->
                answer.getCanceled() ? "cancelled: " + answer.getCancelReason() : "OK");
  }

  private interface Wording<R> {
    String of(R answer);
  }

  private static <Q, R> String first(
      Channel channel, MethodDescriptor<Q, R> method, Q request, Wording<R> wording) {
    LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
    StreamObserver<R> observer =
        new StreamObserver<>() {
          @Override
          public void onNext(R answer) {
            told.add(wording.of(answer));
          }

          @Override
          public void onError(Throwable failure) {
            told.add(refusal(Status.fromThrowable(failure)));
          }

          @Override
          public void onCompleted() {
            told.add("ended");
          }
        };
    var call = channel.newCall(method, options());
    if (method.getType() == MethodType.SERVER_STREAMING) {
      ClientCalls.asyncServerStreamingCall(call, request, observer);
    } else {
      ClientCalls.asyncBidiStreamingCall(call, observer).onNext(request);
    }
    try {
      String answer = told.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return answer == null ? "no answer" : answer;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      call.cancel("seen enough", null);
    }
  }

  private interface Answer {
    String get();
  }

  private static String worded(Answer answer) {
    try {
      return answer.get();
    } catch (StatusRuntimeException e) {
      return refusal(e.getStatus());
    }
  }

  private static String refusal(Status status) {
    return status.getCode() + ": " + status.getDescription();
  }

  private static CallOptions options() {
    return CallOptions.DEFAULT.withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** The results as lines of text. */
  static List<String> lines(String user, Map<String, String> answers) {
    List<String> lines = new ArrayList<>();
    answers.forEach((call, answer) -> lines.add(user + " | " + call + " | " + answer));
    return lines;
  }
}
