package io.metastore.adapter.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.adapter.grpc.Causes;
import io.metastore.core.api.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The errors of the Lock and Election services. In etcd these services are clients of the others,
 * and the errors that they pass on lose their codes: all have the code {@code UNKNOWN}.
 */
final class UncodedErrors {
  private UncodedErrors() {}

  /** The error for a call with a failed outcome or a failed future. */
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
