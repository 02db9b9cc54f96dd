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
 * Who may do what in which directory. What the calls mean and which fail how stands in {@code
 * acl.proto}. Who a program is, is said by {@link MetastoreClient.Builder#user}.
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
   * Gets a token, for a program that is to act as this user without knowing the password; see
   * {@link MetastoreClient.Builder#token}.
   */
  public CompletableFuture<String> authenticateAsync(String user, String password) {
    return Login.authenticate(calls, user, password);
  }

  /** Blocking form of {@link #authenticateAsync}. */
  public String authenticate(String user, String password) throws InterruptedException {
    return Blocking.await(authenticateAsync(user, password));
  }

  /** Switches access control on; the revision that made. */
  public CompletableFuture<Long> enableAsync() {
    return calls
        .unary(AclGrpc.getEnableMethod(), EnableRequest.getDefaultInstance(), Repeat.WRITE)
        .thenApply(answer -> answer.getRevision());
  }

  /** Blocking form of {@link #enableAsync}. */
  public long enable() throws InterruptedException {
    return Blocking.await(enableAsync());
  }

  /** Switches access control off; the revision that made. */
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
   * Sets all rights that a user or role has by a grant on this very directory; none to take them
   * back. Answers the revision that made.
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

  /** The grants that count in a directory: those on itself and on all above it. */
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

  /** Makes a user or changes one; the revision that made. */
  public CompletableFuture<Long> putUserAsync(PutUserRequest request) {
    return calls
        .unary(AclGrpc.getPutUserMethod(), request, Repeat.WRITE)
        .thenApply(answer -> answer.getRevision());
  }

  /** Blocking form of {@link #putUserAsync}. */
  public long putUser(PutUserRequest request) throws InterruptedException {
    return Blocking.await(putUserAsync(request));
  }

  /** Deletes a user and all grants to it; the revision that made. */
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

  /** Makes a role; no effect if it is there. Answers the revision that made. */
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

  /** Deletes a role and all grants to it, and takes it from its users; the revision that made. */
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
