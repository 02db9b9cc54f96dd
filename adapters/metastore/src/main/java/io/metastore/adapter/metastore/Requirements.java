package io.metastore.adapter.metastore;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.BackupsGrpc;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.CommitRequest;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.ExecuteRequest;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.Keys;
import io.metastore.api.v1.ListLocksRequest;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.Op;
import io.metastore.api.v1.TransactionsGrpc;
import io.metastore.api.v1.Write;
import io.metastore.api.v1.ZnodesGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Defines what each call needs while access control is on. A method without an entry is refused.
 */
final class Requirements {
  private static final String ROOT = "/";
  private static final ByteString SLASH = ByteString.copyFromUtf8("/");

  private static final Map<String, Requirement<?>> BY_METHOD = new TreeMap<>();

  /**
   * The requirement of one method.
   *
   * @param open no token is needed
   * @param needs the rights needed in addition to a valid token; may throw a {@link Refusal}
   */
  record Requirement<Q>(boolean open, Function<Q, Needs> needs) {}

  /**
   * The needs of one request.
   *
   * @param changes whether the request may change something: it is then checked again when it is
   *     applied, not before its response
   */
  record Needs(boolean changes, List<Need> needs) {
    Needs {
      needs = List.copyOf(needs);
    }
  }

  static {
    keyValue();
    transactions();
    znodes();
    locks();
    clients();
    cluster();
    acl();
    backups();
  }

  private Requirements() {}

  /** The requirement of a method; null if it has none. */
  static @Nullable Requirement<?> find(String fullMethodName) {
    return BY_METHOD.get(fullMethodName);
  }

  private static void keyValue() {
    reads(KeyValueGrpc.getGetMethod(), request -> List.of(readKey("key", request.getKey())));
    reads(KeyValueGrpc.getGetRangeMethod(), request -> List.of(read("keys", request.getKeys())));
    reads(
        KeyValueGrpc.getListMethod(),
        request -> List.of(readBelow("directory", request.getDirectory())));
    reads(
        KeyValueGrpc.getWatchMethod(),
        request ->
            List.of(
                Need.read(
                    WatchTarget.of(request).bounds(),
                    // Only one of them is set.
                    request.getKey() + request.getDirectory() + request.getSubtree())));
    changes(
        KeyValueGrpc.getPutMethod(),
        request -> {
          List<Need> needs = conditions(request.getConditionsList());
          addWrite(needs, "key", request.getKey(), request.getReturnPrevious());
          return needs;
        });
    changes(
        KeyValueGrpc.getDeleteMethod(),
        request -> {
          List<Need> needs = conditions(request.getConditionsList());
          addWrite(needs, "key", request.getKey(), request.getReturnPrevious());
          return needs;
        });
    changes(
        KeyValueGrpc.getDeleteTreeMethod(),
        request -> {
          List<Need> needs = conditions(request.getConditionsList());
          addDeleteTree(needs, "path", request.getPath());
          return needs;
        });
    administers(KeyValueGrpc.getCompactMethod());
  }

  private static void transactions() {
    reads(TransactionsGrpc.getSnapshotMethod(), request -> List.of());
    changes(TransactionsGrpc.getExecuteMethod(), Requirements::execute);
    add(
        TransactionsGrpc.getCommitMethod(),
        request -> new Needs(!TxnTranslator.isReadOnly(request), commit(request)));
  }

  /** The access list of each znode decides, and the service asks it. */
  private static void znodes() {
    reads(ZnodesGrpc.getGetZnodeMethod(), request -> List.of());
    reads(ZnodesGrpc.getListZnodesMethod(), request -> List.of());
    reads(ZnodesGrpc.getWatchZnodesMethod(), request -> List.of());
  }

  private static void locks() {
    changes(LocksGrpc.getAcquireMethod(), request -> List.of(writeLock("lock", request.getLock())));
    changes(LocksGrpc.getReleaseMethod(), request -> List.of(writeLock("lock", request.getLock())));
    reads(LocksGrpc.getQueryMethod(), request -> List.of(readLock("lock", request.getLock())));
    reads(
        LocksGrpc.getListLocksMethod(),
        request -> List.of(readBelow("directory", directory(request))));
    reads(
        LocksGrpc.getValidateMethod(),
        request -> List.of(readLock("sequencer", Sequencer.parse(request.getSequencer()).lock())));
    reads(LocksGrpc.getWatchMethod(), request -> List.of(readLock("lock", request.getLock())));
  }

  /**
   * A client has no owner: any user who knows its ID can renew it. Closing a client, and attaching
   * a key to it, requires write on all its keys, which is checked when the command is applied.
   */
  private static void clients() {
    changes(ClientsGrpc.getNewClientMethod(), request -> List.of());
    reads(ClientsGrpc.getKeepAliveMethod(), request -> List.of());
    changes(ClientsGrpc.getCloseClientMethod(), request -> List.of());
    reads(ClientsGrpc.getListClientsMethod(), request -> List.of());
  }

  private static void cluster() {
    open(ClusterGrpc.getStatusMethod());
    reads(ClusterGrpc.getMembersMethod(), request -> List.of());
    administers(ClusterGrpc.getBootstrapMethod());
    administers(ClusterGrpc.getJoinMethod());
    administers(ClusterGrpc.getRemoveMethod());
    administers(ClusterGrpc.getPromoteMethod());
    administers(ClusterGrpc.getDrainMethod());
    administers(ClusterGrpc.getHashUnversionedMethod());
  }

  private static void acl() {
    open(AclGrpc.getAuthenticateMethod());
    administers(AclGrpc.getEnableMethod());
    administers(AclGrpc.getDisableMethod());
    changes(
        AclGrpc.getSetGrantMethod(),
        request -> {
          String directory = request.getGrant().getDirectory();
          return List.of(Need.admin("grant.directory", directory));
        });
    reads(
        AclGrpc.getListGrantsMethod(),
        request -> List.of(Need.admin("directory", request.getDirectory())));
    administers(AclGrpc.getPutUserMethod());
    administers(AclGrpc.getDeleteUserMethod());
    reads(AclGrpc.getListUsersMethod(), request -> List.of(Need.admin("", ROOT)));
    administers(AclGrpc.getPutRoleMethod());
    administers(AclGrpc.getDeleteRoleMethod());
    reads(AclGrpc.getListRolesMethod(), request -> List.of(Need.admin("", ROOT)));
  }

  private static void backups() {
    reads(BackupsGrpc.getBeginMethod(), request -> List.of(Need.admin("", ROOT)));
    reads(BackupsGrpc.getReadMethod(), request -> List.of(Need.admin("", ROOT)));
  }

  // --- kinds of methods ------------------------------------------------------------------------

  private static void open(MethodDescriptor<?, ?> method) {
    BY_METHOD.put(
        method.getFullMethodName(),
        new Requirement<Object>(true, request -> new Needs(false, List.of())));
  }

  private static <Q> void reads(MethodDescriptor<Q, ?> method, Function<Q, List<Need>> needs) {
    add(method, request -> new Needs(false, needs.apply(request)));
  }

  private static <Q> void changes(MethodDescriptor<Q, ?> method, Function<Q, List<Need>> needs) {
    add(method, request -> new Needs(true, needs.apply(request)));
  }

  private static void administers(MethodDescriptor<?, ?> method) {
    changes(method, request -> List.of(Need.admin("", ROOT)));
  }

  private static <Q> void add(MethodDescriptor<Q, ?> method, Function<Q, Needs> needs) {
    BY_METHOD.put(
        method.getFullMethodName(), new Requirement<>(false, requireNonNull(needs, "needs")));
  }

  // --- parts of requests -----------------------------------------------------------------------

  private static List<Need> execute(ExecuteRequest request) {
    List<Need> needs = conditions(request.getConditionsList());
    for (int i = 0; i < request.getReadsCount(); i++) {
      needs.add(read("reads[" + i + "]", request.getReads(i)));
    }
    for (int i = 0; i < request.getWritesCount(); i++) {
      addWrite(needs, "writes[" + i + "]", request.getWrites(i));
    }
    return needs;
  }

  /** The needs of both branches, whichever runs: as in etcd. */
  private static List<Need> commit(CommitRequest request) {
    List<Need> needs = conditions(request.getConditionsList());
    addOps(needs, "then", request.getThenList());
    addOps(needs, "otherwise", request.getOtherwiseList());
    return needs;
  }

  private static void addOps(List<Need> needs, String field, List<Op> ops) {
    for (int i = 0; i < ops.size(); i++) {
      String at = field + "[" + i + "]";
      Op op = ops.get(i);
      switch (op.getKindCase()) {
        case GET -> needs.add(readKey(at + ".get", op.getGet()));
        case GET_RANGE -> needs.add(read(at + ".get_range.keys", op.getGetRange().getKeys()));
        case WRITE -> addWrite(needs, at + ".write", op.getWrite());
        case KIND_NOT_SET -> throw Refusal.badRequest(at, "is missing");
      }
    }
  }

  private static void addWrite(List<Need> needs, String field, Write write) {
    switch (write.getKindCase()) {
      case PUT -> addWrite(needs, field + ".put.key", write.getPut().getKey(), false);
      case DELETE -> addWrite(needs, field + ".delete", write.getDelete(), false);
      case DELETE_TREE -> addDeleteTree(needs, field + ".delete_tree", write.getDeleteTree());
      // Checked against the znode's access list when the command is applied.
      case CREATE_ZNODE, SET_ZNODE, DELETE_ZNODE -> {}
      case KIND_NOT_SET -> throw Refusal.badRequest(field, "is missing");
    }
  }

  private static void addWrite(List<Need> needs, String field, String key, boolean read) {
    KeyBounds bounds = KeyBounds.key(field, key);
    needs.add(Need.write(bounds, key));
    if (read) {
      needs.add(Need.read(bounds, key));
    }
  }

  private static void addDeleteTree(List<Need> needs, String field, String path) {
    needs.add(Need.write(KeyBounds.subtree(field, path), path));
    if (!Paths.isRoot(path)) {
      needs.add(Need.write(KeyBounds.key(field, path), path));
    }
  }

  private static List<Need> conditions(List<Condition> conditions) {
    List<Need> needs = new ArrayList<>();
    for (int i = 0; i < conditions.size(); i++) {
      String at = "conditions[" + i + "]";
      Condition condition = conditions.get(i);
      switch (condition.getKindCase()) {
        case ABSENT -> needs.add(read(at + ".absent", condition.getAbsent()));
        case PRESENT -> needs.add(readKey(at + ".present", condition.getPresent()));
        case MOD_REVISION ->
            needs.add(readKey(at + ".mod_revision.key", condition.getModRevision().getKey()));
        case VALUE -> needs.add(readKey(at + ".value.key", condition.getValue().getKey()));
        case FENCE -> needs.add(readLock(at + ".fence.lock", condition.getFence().getLock()));
        case UNCHANGED ->
            needs.add(read(at + ".unchanged.keys", condition.getUnchanged().getKeys()));
        // Checked against the znode's access list when the command is applied.
        case ZNODE_PRESENT, ZNODE_ABSENT, ZNODE_VERSION -> {}
        case KIND_NOT_SET -> throw Refusal.badRequest(at, "is missing");
      }
    }
    return needs;
  }

  private static Need read(String field, Keys keys) {
    return Need.read(
        KeyBounds.of(field, keys),
        switch (keys.getKindCase()) {
          case KEY -> keys.getKey();
          case SUBTREE -> keys.getSubtree();
          case RANGE -> keys.getRange().getStart();
          case KIND_NOT_SET -> "";
        });
  }

  private static Need readKey(String field, String key) {
    return Need.read(KeyBounds.key(field, key), key);
  }

  private static Need readBelow(String field, String directory) {
    return Need.read(KeyBounds.subtree(field, directory), directory);
  }

  /** A lock consists of its places, which are keys below its name. */
  private static Need readLock(String field, String lock) {
    return Need.read(places(field, lock), lock);
  }

  private static Need writeLock(String field, String lock) {
    return Need.write(places(field, lock), lock);
  }

  private static KeyBounds places(String field, String lock) {
    return KeyBounds.below(Paths.toKey(field, lock).concat(SLASH));
  }

  private static String directory(ListLocksRequest request) {
    return request.getDirectory().isEmpty() ? ROOT : request.getDirectory();
  }
}
