package io.metastore.client;

import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.DeleteRoleRequest;
import io.metastore.api.v1.DeleteUserRequest;
import io.metastore.api.v1.DisableRequest;
import io.metastore.api.v1.EnableRequest;
import io.metastore.api.v1.Grant;
import io.metastore.api.v1.ListGrantsRequest;
import io.metastore.api.v1.ListGrantsResponse;
import io.metastore.api.v1.ListRolesRequest;
import io.metastore.api.v1.ListUsersRequest;
import io.metastore.api.v1.ListUsersResponse;
import io.metastore.api.v1.PutRoleRequest;
import io.metastore.api.v1.PutUserRequest;
import io.metastore.api.v1.SetGrantRequest;
import io.metastore.api.v1.User;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Manages users, roles and their rights on directories. {@code acl.proto} describes the calls and
 * their errors. To log in as a user, see {@link MetastoreClient.Builder#user}.
 *
 * <pre>{@code
 * AccessControl acl = client.accessControl();
 * acl.putUser(PutUserRequest.newBuilder().setName("app").setPassword(password).build());
 * acl.setGrant(
 *     Grant.newBuilder()
 *         .setDirectory("/app")
 *         .setPrincipal(Principal.newBuilder().setUser("app"))
 *         .addRights(Right.READ)
 *         .addRights(Right.WRITE)
 *         .build());
 * }</pre>
 */
public final class AccessControl {
  private final Calls calls;

  AccessControl(Calls calls) {
    this.calls = calls;
  }

  /**
   * Logs in and returns a token, with which another program can act as this user without knowing
   * the password; see {@link MetastoreClient.Builder#token}.
   */
  public CompletableFuture<String> authenticateAsync(String user, String password) {
    return Login.authenticate(calls, user, password);
  }

  /** Blocking form of {@link #authenticateAsync}. */
  public String authenticate(String user, String password) throws InterruptedException {
    return Blocking.await(authenticateAsync(user, password));
  }

  /** Turns access control on. Completes with the revision of the change. */
  public CompletableFuture<Long> enableAsync() {
    return calls
        .unary(AclGrpc.getEnableMethod(), EnableRequest.getDefaultInstance(), Repeat.WRITE)
        .thenApply(answer -> answer.getRevision());
  }

  /** Blocking form of {@link #enableAsync}. */
  public long enable() throws InterruptedException {
    return Blocking.await(enableAsync());
  }

  /** Turns access control off. Completes with the revision of the change. */
  public CompletableFuture<Long> disableAsync() {
    return calls
        .unary(AclGrpc.getDisableMethod(), DisableRequest.getDefaultInstance(), Repeat.WRITE)
        .thenApply(answer -> answer.getRevision());
  }

  /** Blocking form of {@link #disableAsync}. */
  public long disable() throws InterruptedException {
    return Blocking.await(disableAsync());
  }

  /**
   * Replaces the rights that a user or role was granted on this directory; an empty set revokes
   * them. Completes with the revision of the change.
   */
  public CompletableFuture<Long> setGrantAsync(Grant grant) {
    SetGrantRequest request = SetGrantRequest.newBuilder().setGrant(grant).build();
    return calls
        .unary(AclGrpc.getSetGrantMethod(), request, Repeat.WRITE)
        .thenApply(answer -> answer.getRevision());
  }

  /** Blocking form of {@link #setGrantAsync}. */
  public long setGrant(Grant grant) throws InterruptedException {
    return Blocking.await(setGrantAsync(grant));
  }

  /** The grants that apply to a directory: those on the directory itself and on its parents. */
  public CompletableFuture<List<Grant>> listGrantsAsync(String directory) {
    ListGrantsRequest request = ListGrantsRequest.newBuilder().setDirectory(directory).build();
    return calls
        .unary(AclGrpc.getListGrantsMethod(), request, Repeat.READ)
        .thenApply(ListGrantsResponse::getGrantsList);
  }

  /** Blocking form of {@link #listGrantsAsync}. */
  public List<Grant> listGrants(String directory) throws InterruptedException {
    return Blocking.await(listGrantsAsync(directory));
  }

  /** Creates or changes a user. Completes with the revision of the change. */
  public CompletableFuture<Long> putUserAsync(PutUserRequest request) {
    return calls
        .unary(AclGrpc.getPutUserMethod(), request, Repeat.WRITE)
        .thenApply(answer -> answer.getRevision());
  }

  /** Blocking form of {@link #putUserAsync}. */
  public long putUser(PutUserRequest request) throws InterruptedException {
    return Blocking.await(putUserAsync(request));
  }

  /** Deletes a user and all its grants. Completes with the revision of the change. */
  public CompletableFuture<Long> deleteUserAsync(String name) {
    DeleteUserRequest request = DeleteUserRequest.newBuilder().setName(name).build();
    return calls
        .unary(AclGrpc.getDeleteUserMethod(), request, Repeat.WRITE)
        .thenApply(answer -> answer.getRevision());
  }

  /** Blocking form of {@link #deleteUserAsync}. */
  public long deleteUser(String name) throws InterruptedException {
    return Blocking.await(deleteUserAsync(name));
  }

  /** All users, by name. */
  public CompletableFuture<List<User>> listUsersAsync() {
    return calls
        .unary(AclGrpc.getListUsersMethod(), ListUsersRequest.getDefaultInstance(), Repeat.READ)
        .thenApply(ListUsersResponse::getUsersList);
  }

  /** Blocking form of {@link #listUsersAsync}. */
  public List<User> listUsers() throws InterruptedException {
    return Blocking.await(listUsersAsync());
  }

  /** Creates a role; no effect if it exists. Completes with the revision of the change. */
  public CompletableFuture<Long> putRoleAsync(String name) {
    PutRoleRequest request = PutRoleRequest.newBuilder().setName(name).build();
    return calls
        .unary(AclGrpc.getPutRoleMethod(), request, Repeat.WRITE)
        .thenApply(answer -> answer.getRevision());
  }

  /** Blocking form of {@link #putRoleAsync}. */
  public long putRole(String name) throws InterruptedException {
    return Blocking.await(putRoleAsync(name));
  }

  /**
   * Deletes a role and all its grants, and removes it from its users. Completes with the revision
   * of the change.
   */
  public CompletableFuture<Long> deleteRoleAsync(String name) {
    DeleteRoleRequest request = DeleteRoleRequest.newBuilder().setName(name).build();
    return calls
        .unary(AclGrpc.getDeleteRoleMethod(), request, Repeat.WRITE)
        .thenApply(answer -> answer.getRevision());
  }

  /** Blocking form of {@link #deleteRoleAsync}. */
  public long deleteRole(String name) throws InterruptedException {
    return Blocking.await(deleteRoleAsync(name));
  }

  /** All roles, by name. */
  public CompletableFuture<List<String>> listRolesAsync() {
    return calls
        .unary(AclGrpc.getListRolesMethod(), ListRolesRequest.getDefaultInstance(), Repeat.READ)
        .thenApply(answer -> List.copyOf(answer.getRolesList()));
  }

  /** Blocking form of {@link #listRolesAsync}. */
  public List<String> listRoles() throws InterruptedException {
    return Blocking.await(listRolesAsync());
  }
}
