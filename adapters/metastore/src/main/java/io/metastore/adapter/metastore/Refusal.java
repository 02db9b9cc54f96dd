package io.metastore.adapter.metastore;

import static java.util.Objects.requireNonNull;

import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import java.io.Serial;

/**
 * A call that cannot be served, for a reason that its caller is told.
 *
 * <p>Thrown by translators from deep within a request or a reply; has no stack trace.
 */
final class Refusal extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** How much of an invalid path is repeated in the error: trailers must stay small. */
  private static final int ECHO_CHARS_MAX = 256;

  private final ErrorDetail detail;

  Refusal(ErrorDetail detail, String message) {
    super(requireNonNull(message, "message"), null, false, false);
    this.detail = requireNonNull(detail, "detail");
  }

  static Refusal badPath(String field, String path, Paths.Problem problem) {
    ErrorDetail detail =
        ErrorDetail.newBuilder()
            .setReason(Reason.BAD_PATH)
            .setField(field)
            .setPath(cut(path))
            .setPart(cut(problem.part()))
            .setPosition(problem.position())
            .build();
    return new Refusal(
        detail, field + ": path " + problem.why() + " (position " + problem.position() + ")");
  }

  static Refusal badRequest(String field, String why) {
    return new Refusal(
        ErrorDetail.newBuilder().setReason(Reason.BAD_REQUEST).setField(field).build(),
        field + " " + why);
  }

  /**
   * @param path where the right is missing
   */
  static Refusal denied(String path, String right) {
    ErrorDetail detail =
        ErrorDetail.newBuilder().setReason(Reason.PERMISSION_DENIED).setPath(cut(path)).build();
    return new Refusal(detail, "no right to " + right + " on " + detail.getPath());
  }

  static Refusal tooManyOps(String field, int limit) {
    ErrorDetail detail =
        ErrorDetail.newBuilder()
            .setReason(Reason.TOO_MANY_OPS)
            .setField(field)
            .setLimit(limit)
            .build();
    return new Refusal(detail, field + " has more than " + limit + " elements");
  }

  ErrorDetail detail() {
    return detail;
  }

  String message() {
    return requireNonNull(getMessage(), "message");
  }

  private static String cut(String text) {
    int end = Math.min(text.length(), ECHO_CHARS_MAX);
    // Half of a surrogate pair could not be encoded.
    boolean splits = end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
    return text.substring(0, splits ? end - 1 : end);
  }
}
