package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.UserView;
import io.metastore.core.command.Permission;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.Compare;
import io.metastore.etcdapi.etcdserverpb.DeleteRangeRequest;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import io.metastore.etcdapi.etcdserverpb.WatchGrpc;
import io.metastore.etcdapi.v3electionpb.ElectionGrpc;
import io.metastore.etcdapi.v3electionpb.LeaderKey;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Defines the permissions that each call of etcd's API needs while access control is on. A method
 * without an entry is refused.
 *
 * <p>The keys of a lease are known only later: {@link LeaseService} checks the permissions to read
 * or write them, and so does the state machine for commands with an author.
 *
 * <p>Source: etcd 3.7, which requires more than older versions: a token for Status, MemberList and
 * the lease calls, and the role root for Compact.
 */
final class Requirements {
  /** Anybody, with or without a token; but a token that is sent must be valid. */
  private static final Right ANYBODY = (rules, caller) -> null;

  private static final Right IDENTIFIED =
      (rules, caller) -> caller == null ? EtcdError.USER_EMPTY : null;

  private static final Right ROOT = Requirements::findRefusalOfRoot;

  private final int txnOpsMax;
  private final Map<String, Requirement<?>> byMethod = new TreeMap<>();

  /** The permission that a request needs. */
  @FunctionalInterface
  interface Right {
    /**
     * The error if a caller lacks the permission; null if not.
     *
     * @param caller null if the caller is not authenticated
     */
    @Nullable EtcdError findRefusal(AccessRules rules, @Nullable Identity caller);
  }

  /**
   * The requirement of one method.
   *
   * @param kind how a refusal is reported
   * @param changes whether a request may change something
   * @param rights the permission for a request; may throw the error of an invalid request, where
   *     etcd checks that first
   */
  record Requirement<Q>(Kind kind, Predicate<Q> changes, Function<Q, Right> rights) {

    Requirement(Kind kind, boolean changes, Function<Q, Right> rights) {
      this(kind, request -> changes, rights);
    }

    /** How a refusal is reported. */
    enum Kind {
      /** Never refused, not even with an invalid token. */
      OPEN,
      CODED,
      /**
       * For services that are clients of the other services in etcd, which loses the error code.
       */
      UNCODED,
      /** By the service, which continues with the stream. */
      IN_STREAM
    }

    boolean open() {
      return kind == Kind.OPEN;
    }

    boolean refusedByService() {
      return kind == Kind.IN_STREAM;
    }

    StatusRuntimeException toException(EtcdError refusal) {
      return kind == Kind.UNCODED ? UncodedErrors.of(refusal) : refusal.exception();
    }
  }

  /** A permission on a range of keys. */
  private record Need(Permission.Right right, ByteString key, ByteString rangeEnd) {}

  /**
   * @param txnOpsMax as in {@link EtcdSettings}
   */
  Requirements(int txnOpsMax) {
    this.txnOpsMax = txnOpsMax;
    keyValue();
    leases();
    locksAndElections();
    maintenance();
    auth();
  }

  /** The requirement of a method; null if it has none. */
  @Nullable Requirement<?> find(String fullMethodName) {
    return byMethod.get(fullMethodName);
  }

  private void keyValue() {
    add(
        KVGrpc.getRangeMethod(),
        false,
        request -> {
          check(RangeTranslator.findRefusal(request));
          return keys(read(request));
        });
    add(
        KVGrpc.getRangeStreamMethod(),
        false,
        request -> {
          check(RangeStreamer.findRefusal(request));
          return keys(read(request));
        });
    add(
        KVGrpc.getPutMethod(),
        true,
        request -> {
          check(PutTranslator.findRefusal(request));
          List<Need> needs = new ArrayList<>(2);
          addPut(request, needs);
          return keys(needs);
        });
    add(
        KVGrpc.getDeleteRangeMethod(),
        true,
        request -> {
          check(DeleteTranslator.findRefusal(request));
          List<Need> needs = new ArrayList<>(2);
          addDelete(request, needs);
          return keys(needs);
        });
    put(
        KVGrpc.getTxnMethod(),
        new Requirement<>(
            Requirement.Kind.CODED,
            request -> !TxnTranslator.isReadOnly(request),
            request -> {
              check(TxnTranslator.findRefusal(request, txnOpsMax));
              List<Need> needs = new ArrayList<>();
              addTxn(request, needs);
              return keys(needs);
            }));
    add(KVGrpc.getCompactMethod(), true, request -> ROOT);
    put(
        WatchGrpc.getWatchMethod(),
        new Requirement<>(
            Requirement.Kind.IN_STREAM,
            false,
            request ->
                request.hasCreateRequest()
                    ? keys(
                        List.of(
                            new Need(
                                Permission.Right.READ,
                                WatchTranslator.key(request.getCreateRequest()),
                                request.getCreateRequest().getRangeEnd())))
                    : ANYBODY));
  }

  private void leases() {
    add(LeaseGrpc.getLeaseGrantMethod(), true, request -> IDENTIFIED);
    add(LeaseGrpc.getLeaseRevokeMethod(), true, request -> IDENTIFIED);
    add(LeaseGrpc.getLeaseKeepAliveMethod(), false, request -> IDENTIFIED);
    add(LeaseGrpc.getLeaseTimeToLiveMethod(), false, request -> IDENTIFIED);
    add(LeaseGrpc.getLeaseLeasesMethod(), false, request -> IDENTIFIED);
  }

  /**
   * The permissions that etcd's own client calls for them would need: reading all candidates, and
   * putting one of them.
   */
  private void locksAndElections() {
    addUncoded(
        LockGrpc.getLockMethod(),
        request -> keys(candidacy(request.getName(), request.getLease())));
    addUncoded(
        LockGrpc.getUnlockMethod(),
        request ->
            request.getKey().isEmpty()
                ? ANYBODY // the service refuses it
                : keys(List.of(new Need(Permission.Right.WRITE, request.getKey(), noEnd()))));
    addUncoded(
        ElectionGrpc.getCampaignMethod(),
        request -> keys(candidacy(request.getName(), request.getLease())));
    addUncoded(ElectionGrpc.getProclaimMethod(), request -> candidate(request.getLeader()));
    addUncoded(ElectionGrpc.getResignMethod(), request -> candidate(request.getLeader()));
    put(
        ElectionGrpc.getLeaderMethod(),
        new Requirement<>(
            Requirement.Kind.UNCODED,
            false,
            request -> keys(List.of(candidates(Permission.Right.READ, request.getName())))));
    put(
        ElectionGrpc.getObserveMethod(),
        new Requirement<>(
            Requirement.Kind.UNCODED,
            false,
            request -> keys(List.of(candidates(Permission.Right.READ, request.getName())))));
  }

  private void maintenance() {
    add(
        MaintenanceGrpc.getAlarmMethod(),
        true,
        request -> request.getAction() == AlarmRequest.AlarmAction.GET ? IDENTIFIED : ROOT);
    add(MaintenanceGrpc.getStatusMethod(), false, request -> IDENTIFIED);
    add(MaintenanceGrpc.getDefragmentMethod(), true, request -> ROOT);
    add(MaintenanceGrpc.getHashMethod(), false, request -> ROOT);
    add(MaintenanceGrpc.getHashKVMethod(), false, request -> ROOT);
    add(MaintenanceGrpc.getSnapshotMethod(), false, request -> ROOT);
    add(MaintenanceGrpc.getMoveLeaderMethod(), true, request -> ROOT);
    add(MaintenanceGrpc.getDowngradeMethod(), true, request -> ROOT);
    add(ClusterGrpc.getMemberListMethod(), false, request -> IDENTIFIED);
    add(
        ClusterGrpc.getMemberAddMethod(),
        true,
        request -> {
          check(ClusterService.findRefusal(request));
          return ROOT;
        });
    add(ClusterGrpc.getMemberRemoveMethod(), true, request -> ROOT);
    add(ClusterGrpc.getMemberUpdateMethod(), true, request -> ROOT);
    add(ClusterGrpc.getMemberPromoteMethod(), true, request -> ROOT);
  }

  private void auth() {
    put(
        AuthGrpc.getAuthenticateMethod(),
        new Requirement<>(Requirement.Kind.OPEN, false, request -> ANYBODY));
    add(AuthGrpc.getAuthStatusMethod(), false, request -> ANYBODY);
    add(AuthGrpc.getAuthEnableMethod(), true, request -> ROOT);
    add(AuthGrpc.getAuthDisableMethod(), true, request -> ROOT);
    add(AuthGrpc.getUserAddMethod(), true, request -> ROOT);
    add(
        AuthGrpc.getUserGetMethod(),
        false,
        request ->
            (rules, caller) ->
                (caller == null ? "" : caller.user()).equals(request.getName())
                    ? null
                    : ROOT.findRefusal(rules, caller));
    add(AuthGrpc.getUserListMethod(), false, request -> ROOT);
    add(AuthGrpc.getUserDeleteMethod(), true, request -> ROOT);
    add(AuthGrpc.getUserChangePasswordMethod(), true, request -> ROOT);
    add(AuthGrpc.getUserGrantRoleMethod(), true, request -> ROOT);
    add(AuthGrpc.getUserRevokeRoleMethod(), true, request -> ROOT);
    add(AuthGrpc.getRoleAddMethod(), true, request -> ROOT);
    add(
        AuthGrpc.getRoleGetMethod(),
        false,
        request ->
            (rules, caller) -> {
              UserView user = caller == null ? null : rules.findUser(caller.user());
              return user != null && user.roles().contains(request.getRole())
                  ? null
                  : ROOT.findRefusal(rules, caller);
            });
    add(AuthGrpc.getRoleListMethod(), false, request -> ROOT);
    add(AuthGrpc.getRoleDeleteMethod(), true, request -> ROOT);
    add(AuthGrpc.getRoleGrantPermissionMethod(), true, request -> ROOT);
    add(AuthGrpc.getRoleRevokePermissionMethod(), true, request -> ROOT);
  }

  private <Q> void add(MethodDescriptor<Q, ?> method, boolean changes, Function<Q, Right> rights) {
    put(method, new Requirement<>(Requirement.Kind.CODED, changes, rights));
  }

  private <Q> void addUncoded(MethodDescriptor<Q, ?> method, Function<Q, Right> rights) {
    put(method, new Requirement<>(Requirement.Kind.UNCODED, true, rights));
  }

  private <Q> void put(MethodDescriptor<Q, ?> method, Requirement<Q> requirement) {
    byMethod.put(method.getFullMethodName(), requirement);
  }

  private static void check(@Nullable EtcdError wrong) {
    if (wrong != null) {
      throw wrong.exception();
    }
  }

  // --- permissions -----------------------------------------------------------------------------

  private static @Nullable EtcdError findRefusalOfRoot(
      AccessRules rules, @Nullable Identity caller) {
    if (caller == null || caller.user().isEmpty()) {
      return EtcdError.USER_EMPTY;
    }
    UserView user = rules.findUser(caller.user());
    if (user == null) {
      return EtcdError.USER_NOT_FOUND;
    }
    return user.isRoot() ? null : EtcdError.PERMISSION_DENIED;
  }

  private static Right keys(List<Need> needs) {
    return (rules, caller) -> needs.isEmpty() ? null : findRefusal(rules, caller, needs);
  }

  private static @Nullable EtcdError findRefusal(
      AccessRules rules, @Nullable Identity caller, List<Need> needs) {
    if (caller == null) {
      return EtcdError.USER_EMPTY;
    }
    if (caller.revision() < rules.revision()) {
      return EtcdError.AUTH_OLD_REVISION;
    }
    for (Need need : needs) {
      if (!rules.permits(caller.user(), need.right(), need.key(), need.rangeEnd())) {
        return EtcdError.PERMISSION_DENIED;
      }
    }
    return null;
  }

  // --- parts of requests -----------------------------------------------------------------------

  private static List<Need> read(RangeRequest request) {
    return List.of(new Need(Permission.Right.READ, request.getKey(), request.getRangeEnd()));
  }

  private static void addPut(PutRequest put, List<Need> needs) {
    needs.add(new Need(Permission.Right.WRITE, put.getKey(), noEnd()));
    if (put.getPrevKv()) {
      needs.add(new Need(Permission.Right.READ, put.getKey(), noEnd()));
    }
  }

  private static void addDelete(DeleteRangeRequest delete, List<Need> needs) {
    needs.add(new Need(Permission.Right.WRITE, delete.getKey(), delete.getRangeEnd()));
    if (delete.getPrevKv()) {
      needs.add(new Need(Permission.Right.READ, delete.getKey(), delete.getRangeEnd()));
    }
  }

  /** Adds the needs of both branches, whichever runs. */
  private static void addTxn(TxnRequest txn, List<Need> needs) {
    for (Compare compare : txn.getCompareList()) {
      needs.add(new Need(Permission.Right.READ, compare.getKey(), compare.getRangeEnd()));
    }
    addOps(txn.getSuccessList(), needs);
    addOps(txn.getFailureList(), needs);
  }

  private static void addOps(List<RequestOp> ops, List<Need> needs) {
    for (RequestOp op : ops) {
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> needs.addAll(read(op.getRequestRange()));
        case REQUEST_PUT -> addPut(op.getRequestPut(), needs);
        case REQUEST_DELETE_RANGE -> addDelete(op.getRequestDeleteRange(), needs);
        case REQUEST_TXN -> addTxn(op.getRequestTxn(), needs);
        case REQUEST_NOT_SET -> throw new IllegalArgumentException("unchecked request");
      }
    }
  }

  /**
   * @param lease 0 for a lease that has yet to be granted, with an unknown ID
   */
  private static List<Need> candidacy(ByteString name, long lease) {
    Need reading = candidates(Permission.Right.READ, name);
    Need writing =
        lease == 0
            ? candidates(Permission.Right.WRITE, name)
            : new Need(
                Permission.Right.WRITE, ElectionTranslator.candidateKey(name, lease), noEnd());
    return List.of(reading, writing);
  }

  private static Need candidates(Permission.Right right, ByteString name) {
    return new Need(
        right, ElectionTranslator.candidatesFrom(name), ElectionTranslator.candidatesTo(name));
  }

  private static Right candidate(LeaderKey leader) {
    return leader.getKey().isEmpty()
        ? ANYBODY // the service refuses it
        : keys(
            List.of(
                new Need(Permission.Right.READ, leader.getKey(), noEnd()),
                new Need(Permission.Right.WRITE, leader.getKey(), noEnd())));
  }

  private static ByteString noEnd() {
    return ByteString.EMPTY;
  }
}
