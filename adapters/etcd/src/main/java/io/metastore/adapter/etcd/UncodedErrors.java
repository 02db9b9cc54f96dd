package io.metastore.adapter.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.adapter.grpc.Causes;
import io.metastore.core.api.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Errors of the Lock and Election services. In etcd these are clients of the other services, and
 * the errors that they pass on lose their code: all of them are {@code UNKNOWN}.
 */
final class UncodedErrors {
  private UncodedErrors() {}

  /** What ends a call whose outcome is a failure, or whose future completed exceptionally. */
  static StatusRuntimeException of(@Nullable Outcome outcome, @Nullable Throwable failure) {
    if (outcome instanceof Outcome.Failed failed) {
      return of(EtcdErrors.of(failed.failure().code()));
    }
    if (failure != null && Causes.of(failure) instanceof StatusRuntimeException told) {
      return of(told.getStatus());
    }
    return of(
        EtcdErrors.of(failure == null ? new IllegalStateException("outcome " + outcome) : failure)
            .getStatus());
  }

  static StatusRuntimeException of(EtcdError error) {
    return of(error.status());
  }

  private static StatusRuntimeException of(Status status) {
    return Status.UNKNOWN.withDescription(status.getDescription()).asRuntimeException();
  }
}
