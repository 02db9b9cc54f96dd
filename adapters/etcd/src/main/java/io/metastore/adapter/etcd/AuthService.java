package io.metastore.adapter.etcd;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.etcd.db.Permissions;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.CallerAddress;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Credentials;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.UserView;
import io.metastore.core.command.Command;
import io.metastore.core.command.Permission;
import io.metastore.etcdapi.etcdserverpb.AuthDisableRequest;
import io.metastore.etcdapi.etcdserverpb.AuthDisableResponse;
import io.metastore.etcdapi.etcdserverpb.AuthEnableRequest;
import io.metastore.etcdapi.etcdserverpb.AuthEnableResponse;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddResponse;
import io.metastore.etcdapi.etcdserverpb.AuthRoleDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleDeleteResponse;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGetRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGetResponse;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionResponse;
import io.metastore.etcdapi.etcdserverpb.AuthRoleListRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleListResponse;
import io.metastore.etcdapi.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleRevokePermissionResponse;
import io.metastore.etcdapi.etcdserverpb.AuthStatusRequest;
import io.metastore.etcdapi.etcdserverpb.AuthStatusResponse;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddResponse;
import io.metastore.etcdapi.etcdserverpb.AuthUserChangePasswordRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserChangePasswordResponse;
import io.metastore.etcdapi.etcdserverpb.AuthUserDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserDeleteResponse;
import io.metastore.etcdapi.etcdserverpb.AuthUserGetRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGetResponse;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleResponse;
import io.metastore.etcdapi.etcdserverpb.AuthUserListRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserListResponse;
import io.metastore.etcdapi.etcdserverpb.AuthUserRevokeRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserRevokeRoleResponse;
import io.metastore.etcdapi.etcdserverpb.AuthenticateRequest;
import io.metastore.etcdapi.etcdserverpb.AuthenticateResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * etcd's {@code Auth}. Stateless. {@link Requirements} defines who may call what. Never logs
 * passwords or tokens.
 */
final class AuthService extends AuthGrpc.AuthImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(AuthService.class);

  private final Metastore metastore;
  private final ResponseHeaders headers;
  private final AuthTokens tokens;

  AuthService(Metastore metastore, ResponseHeaders headers, AuthTokens tokens) {
    this.metastore = metastore;
    this.headers = headers;
    this.tokens = tokens;
  }

  // --- status, enable and disable ---------------------------------------------------------------

  @Override
  public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> call) {
    read(
        call,
        (header, rules) ->
            AuthStatusResponse.newBuilder()
                .setHeader(header)
                .setEnabled(rules.enabled())
                .setAuthRevision(rules.revision())
                .build());
  }

  @Override
  public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> call) {
    submit(AuthTranslator.toEnable(metastore.credentials().newTokenSecret()))
        .thenApply(AuthService::orDoneAlready)
        .whenComplete(
            answer(call, header -> AuthEnableResponse.newBuilder().setHeader(header).build()));
  }

  @Override
  public void authDisable(AuthDisableRequest request, StreamObserver<AuthDisableResponse> call) {
    submit(AuthTranslator.toDisable())
        .thenApply(AuthService::orDoneAlready)
        .whenComplete(
            answer(call, header -> AuthDisableResponse.newBuilder().setHeader(header).build()));
  }

  /** Enabling or disabling access control again is a success. */
  private static Outcome orDoneAlready(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
            && (failed.failure().code() == FailureCode.AUTH_ALREADY_ENABLED
                || failed.failure().code() == FailureCode.AUTH_NOT_ENABLED)
        ? new Outcome.Done(failed.revision())
        : outcome;
  }

  // --- authentication --------------------------------------------------------------------------

  @Override
  public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> call) {
    String client = CallerAddress.ofCall();
    metastore
        .view(Consistency.LINEARIZABLE)
        .thenCompose(
            view -> {
              try (view) {
                return logIn(request, client, view.access());
              }
            })
        .whenComplete(
            new Answer<>(
                call,
                headers,
                metastore.scans(),
                (header, outcome) ->
                    AuthenticateResponse.newBuilder()
                        .setHeader(header)
                        .setToken(((Outcome.LoggedIn) outcome).token())
                        .build()));
  }

  private CompletableFuture<Outcome> logIn(
      AuthenticateRequest request, String client, AccessRules rules) {
    if (!rules.enabled()) {
      throw EtcdError.AUTH_NOT_ENABLED.exception();
    }
    String name = request.getName();
    UserView user = rules.findUser(name);
    if (user != null && user.noPassword()) {
      throw EtcdError.NO_PASSWORD_USER.exception();
    }
    String hash = rules.findPasswordHash(name);
    return metastore
        .credentials()
        .matches(name, request.getPassword(), hash, client)
        .thenCompose(
            matches -> {
              if (!matches || hash == null) {
                LOG.atWarn().addKeyValue("user", name).log("invalid authentication was requested");
                throw EtcdError.AUTH_FAILED.exception();
              }
              return giveToken(name, hash, rules);
            });
  }

  /**
   * If access control has changed since the password was checked, the password is still accepted if
   * the user's hash is the same.
   */
  private CompletableFuture<Outcome> giveToken(String user, String hash, AccessRules rules) {
    return tokens
        .give(user, rules.revision())
        .thenCompose(
            outcome -> {
              AccessRules current = metastore.access();
              if (!isOutdated(outcome) || current.revision() == rules.revision()) {
                return CompletableFuture.completedFuture(outcome);
              }
              if (!hash.equals(current.findPasswordHash(user))) {
                throw EtcdError.AUTH_FAILED.exception();
              }
              return giveToken(user, hash, current);
            });
  }

  private static boolean isOutdated(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        && failed.failure().code() == FailureCode.AUTH_CHANGED;
  }

  // --- users -----------------------------------------------------------------------------------

  @Override
  public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> call) {
    if (request.getName().isEmpty()) {
      call.onError(EtcdError.USER_EMPTY.exception());
      return;
    }
    @Nullable CallAccess access = CallAccess.ofCall(metastore);
    CompletableFuture<String> hash =
        request.getOptions().getNoPassword()
            ? CompletableFuture.completedFuture("")
            : hash(request.getPassword());
    hash.thenCompose(
            hashed ->
                CallAccess.submit(metastore, access, AuthTranslator.toCommand(request, hashed)))
        .whenComplete(
            answer(call, header -> AuthUserAddResponse.newBuilder().setHeader(header).build()));
  }

  @Override
  public void userChangePassword(
      AuthUserChangePasswordRequest request, StreamObserver<AuthUserChangePasswordResponse> call) {
    @Nullable CallAccess access = CallAccess.ofCall(metastore);
    CompletableFuture<String> hash =
        request.getPassword().isEmpty()
            ? givenHash(request.getHashedPassword())
            : hash(request.getPassword());
    hash.thenCompose(
            hashed ->
                CallAccess.submit(metastore, access, AuthTranslator.toCommand(request, hashed)))
        .whenComplete(
            answer(
                call,
                header -> AuthUserChangePasswordResponse.newBuilder().setHeader(header).build()));
  }

  private CompletableFuture<String> hash(String password) {
    return password.getBytes(StandardCharsets.UTF_8).length > Credentials.PASSWORD_BYTES_MAX
        ? CompletableFuture.failedFuture(EtcdError.PASSWORD_TOO_LONG.exception())
        : metastore.credentials().hash(password);
  }

  /** A hash computed by the client; if empty, an empty hash, which no password matches. */
  private static CompletableFuture<String> givenHash(String base64) {
    try {
      return CompletableFuture.completedFuture(
          new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(EtcdError.NO_PASSWORD_USER.exception());
    }
  }

  @Override
  public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> call) {
    read(
        call,
        (header, rules) -> {
          UserView user = rules.findUser(request.getName());
          if (user == null) {
            throw EtcdError.USER_NOT_FOUND.exception();
          }
          return AuthUserGetResponse.newBuilder()
              .setHeader(header)
              .addAllRoles(user.roles())
              .build();
        });
  }

  @Override
  public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> call) {
    read(
        call,
        (header, rules) ->
            AuthUserListResponse.newBuilder()
                .setHeader(header)
                .addAllUsers(rules.users().stream().map(UserView::name).toList())
                .build());
  }

  @Override
  public void userDelete(
      AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> call) {
    submit(AuthTranslator.toDeleteUser(request.getName()))
        .whenComplete(
            answer(call, header -> AuthUserDeleteResponse.newBuilder().setHeader(header).build()));
  }

  @Override
  public void userGrantRole(
      AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> call) {
    submit(AuthTranslator.toCommand(request))
        .whenComplete(
            answer(
                call, header -> AuthUserGrantRoleResponse.newBuilder().setHeader(header).build()));
  }

  @Override
  public void userRevokeRole(
      AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> call) {
    submit(AuthTranslator.toCommand(request))
        .whenComplete(
            answer(
                call, header -> AuthUserRevokeRoleResponse.newBuilder().setHeader(header).build()));
  }

  // --- roles -----------------------------------------------------------------------------------

  @Override
  public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> call) {
    if (request.getName().isEmpty()) {
      call.onError(EtcdError.ROLE_EMPTY.exception());
      return;
    }
    submit(AuthTranslator.toAddRole(request.getName()))
        .whenComplete(
            answer(call, header -> AuthRoleAddResponse.newBuilder().setHeader(header).build()));
  }

  @Override
  public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> call) {
    read(
        call,
        (header, rules) -> {
          List<Permission> held = rules.findPermissions(request.getRole());
          if (held == null) {
            throw EtcdError.ROLE_NOT_FOUND.exception();
          }
          return AuthRoleGetResponse.newBuilder()
              .setHeader(header)
              .addAllPerm(Permissions.toEtcd(request.getRole(), held))
              .build();
        });
  }

  @Override
  public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> call) {
    read(
        call,
        (header, rules) ->
            AuthRoleListResponse.newBuilder().setHeader(header).addAllRoles(rules.roles()).build());
  }

  @Override
  public void roleDelete(
      AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> call) {
    submit(AuthTranslator.toDeleteRole(request.getRole()))
        .whenComplete(
            answer(call, header -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build()));
  }

  @Override
  public void roleGrantPermission(
      AuthRoleGrantPermissionRequest request,
      StreamObserver<AuthRoleGrantPermissionResponse> call) {
    EtcdError refusal = AuthTranslator.findRefusal(request);
    if (refusal != null) {
      call.onError(refusal.exception());
      return;
    }
    submit(AuthTranslator.toCommand(request))
        .whenComplete(
            answer(
                call,
                header -> AuthRoleGrantPermissionResponse.newBuilder().setHeader(header).build()));
  }

  @Override
  public void roleRevokePermission(
      AuthRoleRevokePermissionRequest request,
      StreamObserver<AuthRoleRevokePermissionResponse> call) {
    submit(AuthTranslator.toCommand(request))
        .whenComplete(
            answer(
                call,
                header -> AuthRoleRevokePermissionResponse.newBuilder().setHeader(header).build()));
  }

  // --- shared by all calls ---------------------------------------------------------------------

  private CompletableFuture<Outcome> submit(Command command) {
    return CallAccess.submit(metastore, command);
  }

  private <R> Answer<R> answer(StreamObserver<R> call, Function<ResponseHeader, R> reply) {
    return new Answer<>(call, headers, metastore.scans(), (header, outcome) -> reply.apply(header));
  }

  /** Reads the current access rules, which are in memory. */
  private <R> void read(StreamObserver<R> call, BiFunction<ResponseHeader, AccessRules, R> reader) {
    metastore
        .view(Consistency.LINEARIZABLE)
        .whenComplete(
            new UnaryAnswer<ReadView, R>(call, metastore.scans()) {
              @Override
              protected R toReply(ReadView view) {
                try (view) {
                  return reader.apply(headers.at(view.revision()), view.access());
                }
              }

              @Override
              protected StatusRuntimeException toError(Failure failure) {
                return EtcdErrors.of(failure.code()).exception();
              }

              @Override
              protected StatusRuntimeException toError(Throwable failure) {
                return EtcdErrors.of(failure);
              }
            });
  }
}
