package io.metastore.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;

/**
 * A call that failed. What to do about it is told by {@link #reason()}; the meaning of each reason,
 * and which fields of {@link #detail()} go with it, stand in {@code errors.proto}.
 */
public class MetastoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Status.Code code;
  private final ErrorDetail detail;

  MetastoreException(Status.Code code, ErrorDetail detail, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.detail = detail;
  }

  /** What waits for a session fails so when the session is lost. */
  static MetastoreException sessionLost(Throwable cause) {
    return new MetastoreException(
        Status.Code.FAILED_PRECONDITION,
        ErrorDetail.newBuilder().setReason(Reason.CLIENT_CLOSED).build(),
        "CLIENT_CLOSED: the session is lost",
        cause);
  }

  /** Decodes what a gRPC call failed with. */
  static MetastoreException of(Throwable failure) {
    if (failure instanceof MetastoreException known) {
      return known;
    }
    if (failure.getCause() instanceof MetastoreException login) {
      // A call that was not made, because the login that it needed failed.
      return login;
    }
    Status status = Status.fromThrowable(failure);
    ErrorDetail detail = detailOf(failure);
    String what =
        detail.getReason() == Reason.REASON_UNSPECIFIED
            ? status.getCode().name()
            : detail.getReason().name();
    String description = status.getDescription();
    String message = description == null ? what : what + ": " + description;
    return new MetastoreException(status.getCode(), detail, message, failure);
  }

  /**
   * Why; {@link Reason#REASON_UNSPECIFIED} if the servers did not say (the connection failed, for
   * instance), {@link Reason#UNRECOGNIZED} if they are newer than this library. Then {@link
   * #code()} is all that is known.
   */
  public final Reason reason() {
    return detail.getReason();
  }

  /** Where in the request, and the like; without any field set if the servers did not say. */
  public final ErrorDetail detail() {
    return detail;
  }

  /** The gRPC status code. */
  public final Status.Code code() {
    return code;
  }

  private static ErrorDetail detailOf(Throwable failure) {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    if (status != null) {
      for (Any any : status.getDetailsList()) {
        if (any.is(ErrorDetail.class)) {
          try {
            return any.unpack(ErrorDetail.class);
          } catch (InvalidProtocolBufferException e) {
            // Not from our servers then; the code alone has to do.
            return ErrorDetail.getDefaultInstance();
          }
        }
      }
    }
    return ErrorDetail.getDefaultInstance();
  }
}
