package io.metastore.adapter.metastore;

import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.CallerAddress;
import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.AuthenticateRequest;
import io.metastore.api.v1.AuthenticateResponse;
import io.metastore.api.v1.Consistency;
import io.metastore.api.v1.DeleteRoleRequest;
import io.metastore.api.v1.DeleteRoleResponse;
import io.metastore.api.v1.DeleteUserRequest;
import io.metastore.api.v1.DeleteUserResponse;
import io.metastore.api.v1.DisableRequest;
import io.metastore.api.v1.DisableResponse;
import io.metastore.api.v1.EnableRequest;
import io.metastore.api.v1.EnableResponse;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.ListGrantsRequest;
import io.metastore.api.v1.ListGrantsResponse;
import io.metastore.api.v1.ListRolesRequest;
import io.metastore.api.v1.ListRolesResponse;
import io.metastore.api.v1.ListUsersRequest;
import io.metastore.api.v1.ListUsersResponse;
import io.metastore.api.v1.PutRoleRequest;
import io.metastore.api.v1.PutRoleResponse;
import io.metastore.api.v1.PutUserRequest;
import io.metastore.api.v1.PutUserResponse;
import io.metastore.api.v1.SetGrantRequest;
import io.metastore.api.v1.SetGrantResponse;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Command;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** {@code metastore.v1.Acl}. Stateless. Never logs passwords or tokens. */
final class AclService extends AclGrpc.AclImplBase {
  static final long TOKEN_TTL_MS = TimeUnit.HOURS.toMillis(1);

  private final Metastore metastore;
  private final LongSupplier clockMs;

  /**
   * @param clockMs milliseconds since 1970
   */
  AclService(Metastore metastore, LongSupplier clockMs) {
    this.metastore = metastore;
    this.clockMs = clockMs;
  }

  @Override
  public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> call) {
    String client = CallerAddress.ofCall();
    Answer.to(
        call,
        metastore.scans(),
        () ->
            read(Consistency.LINEARIZABLE, ReadView::access)
                .thenCompose(rules -> authenticate(request, client, rules)),
        Function.identity());
  }

  private CompletableFuture<AuthenticateResponse> authenticate(
      AuthenticateRequest request, String client, AccessRules rules) {
    if (!rules.enabled()) {
      throw refusal(Reason.ACL_STATE, "access control is off");
    }
    return metastore
        .credentials()
        .matches(
            request.getUser(),
            request.getPassword(),
            rules.findPasswordHash(request.getUser()),
            client)
        .thenApply(
            matches -> {
              if (!matches) {
                throw refusal(Reason.WRONG_PASSWORD, "wrong user name or password");
              }
              String token = rules.newToken(request.getUser(), clockMs.getAsLong() + TOKEN_TTL_MS);
              return AuthenticateResponse.newBuilder().setToken(token).build();
            });
  }

  @Override
  public void enable(EnableRequest request, StreamObserver<EnableResponse> call) {
    change(
        call,
        () -> AclTranslator.toEnable(metastore.credentials().newTokenSecret()),
        revision -> EnableResponse.newBuilder().setRevision(revision).build());
  }

  @Override
  public void disable(DisableRequest request, StreamObserver<DisableResponse> call) {
    change(
        call,
        AclTranslator::toDisable,
        revision -> DisableResponse.newBuilder().setRevision(revision).build());
  }

  @Override
  public void setGrant(SetGrantRequest request, StreamObserver<SetGrantResponse> call) {
    change(
        call,
        () -> AclTranslator.toCommand(request),
        revision -> SetGrantResponse.newBuilder().setRevision(revision).build());
  }

  @Override
  public void listGrants(ListGrantsRequest request, StreamObserver<ListGrantsResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> {
          var prefix = Paths.toPrefix("directory", request.getDirectory());
          return read(request.getConsistency(), view -> AclTranslator.toGrants(view, prefix));
        },
        Function.identity());
  }

  @Override
  public void putUser(PutUserRequest request, StreamObserver<PutUserResponse> call) {
    Answer.<Outcome, PutUserResponse>to(
        call,
        metastore.scans(),
        () -> {
          AclTranslator.check(request);
          @Nullable CallAccess access = CallAccess.ofCall(metastore);
          return request.hasPassword()
              ? metastore
                  .credentials()
                  .hash(request.getPassword())
                  .thenCompose(
                      hash ->
                          CallAccess.submit(
                              metastore, access, AclTranslator.toCommand(request, hash)))
              : CallAccess.submit(metastore, access, AclTranslator.toCommand(request, null));
        },
        outcome -> PutUserResponse.newBuilder().setRevision(outcome.revision()).build());
  }

  @Override
  public void deleteUser(DeleteUserRequest request, StreamObserver<DeleteUserResponse> call) {
    change(
        call,
        () -> AclTranslator.toCommand(request),
        revision -> DeleteUserResponse.newBuilder().setRevision(revision).build());
  }

  @Override
  public void listUsers(ListUsersRequest request, StreamObserver<ListUsersResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> read(request.getConsistency(), AclTranslator::toUsers),
        Function.identity());
  }

  @Override
  public void putRole(PutRoleRequest request, StreamObserver<PutRoleResponse> call) {
    change(
        call,
        () -> AclTranslator.toCommand(request),
        revision -> PutRoleResponse.newBuilder().setRevision(revision).build());
  }

  @Override
  public void deleteRole(DeleteRoleRequest request, StreamObserver<DeleteRoleResponse> call) {
    change(
        call,
        () -> AclTranslator.toCommand(request),
        revision -> DeleteRoleResponse.newBuilder().setRevision(revision).build());
  }

  @Override
  public void listRoles(ListRolesRequest request, StreamObserver<ListRolesResponse> call) {
    Answer.to(
        call,
        metastore.scans(),
        () -> read(request.getConsistency(), AclTranslator::toRoles),
        Function.identity());
  }

  private interface CommandMaker {
    Command make();
  }

  private interface ReplyMaker<R> {
    R make(long revision);
  }

  private <R> void change(StreamObserver<R> call, CommandMaker command, ReplyMaker<R> reply) {
    Answer.<Outcome, R>to(
        call,
        metastore.scans(),
        () -> CallAccess.submit(metastore, command.make()),
        outcome -> reply.make(outcome.revision()));
  }

  /** Reads the access rules of a view, which are in memory. */
  private <T> CompletableFuture<T> read(Consistency consistency, Function<ReadView, T> reader) {
    return metastore
        .view(Consistencies.of(consistency))
        .thenApply(
            view -> {
              try (view) {
                return reader.apply(view);
              }
            });
  }

  private static Refusal refusal(Reason reason, String message) {
    return new Refusal(ErrorDetail.newBuilder().setReason(reason).build(), message);
  }
}
