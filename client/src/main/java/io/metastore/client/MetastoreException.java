package io.metastore.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;

/**
 * A call that failed. {@link #reason()} tells what to do about it; {@code errors.proto} describes
 * each reason and the fields of {@link #detail()} that go with it.
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

  /** The failure of calls that wait for a session, when the session is lost. */
  static MetastoreException sessionLost(Throwable cause) {
    return new MetastoreException(
        Status.Code.FAILED_PRECONDITION,
        ErrorDetail.newBuilder().setReason(Reason.CLIENT_CLOSED).build(),
        "CLIENT_CLOSED: the session is lost",
        cause);
  }

  /** Decodes the failure of a gRPC call. */
  static MetastoreException of(Throwable failure) {
    if (failure instanceof MetastoreException known) {
      return known;
    }
    if (failure.getCause() instanceof MetastoreException login) {
      // The call was not made, because the login that it needed failed.
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
   * Why the call failed. {@link Reason#REASON_UNSPECIFIED} if no server said so, for instance
   * because the connection failed; {@link Reason#UNRECOGNIZED} if the servers are newer than this
   * library. In both cases only {@link #code()} is known.
   */
  public final Reason reason() {
    return detail.getReason();
  }

  /** Details such as the key concerned. No field is set if the servers sent no details. */
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
            // Not an error from a Metastore server, so only the code is known.
            return ErrorDetail.getDefaultInstance();
          }
        }
      }
    }
    return ErrorDetail.getDefaultInstance();
  }
}
