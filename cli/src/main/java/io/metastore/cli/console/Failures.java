package io.metastore.cli.console;

import com.google.gson.JsonObject;
import io.grpc.Status;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.client.MetastoreException;
import io.metastore.client.OutcomeUnknownException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Reports failures as one line on standard error: what failed, why, and what to do. */
public final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final Settings settings;

  public Failures(Settings settings) {
    this.settings = settings;
  }

  /** Reports the failure of a running command. */
  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult words) {
    if (failure instanceof ParameterException wrong) {
      return handleParseException(wrong, new String[0]);
    }
    if (failure instanceof CommandFailed known) {
      return show(known.exitCode(), "", known.getMessage());
    }
    if (failure instanceof MetastoreException known) {
      String reason =
          known.reason() == Reason.REASON_UNSPECIFIED ? known.code().name() : known.reason().name();
      return show(ExitCode.of(known), reason, describe(known, settings.endpoints));
    }
    return show(ExitCode.BUG, "BUG", "internal error, please report it: " + failure);
  }

  /** Reports an invalid command line. */
  @Override
  public int handleParseException(ParameterException failure, String[] words) {
    String name = failure.getCommandLine().getCommandSpec().qualifiedName();
    String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    return show(ExitCode.USAGE, "USAGE", message + "; see: " + name + " --help");
  }

  private int show(ExitCode exit, String reason, String message) {
    if (settings.output == OutputForm.JSON) {
      JsonObject error = new JsonObject();
      error.addProperty("error", message);
      if (!reason.isEmpty()) {
        error.addProperty("reason", reason);
      }
      error.addProperty("exit_code", exit.code());
      settings.console().note(error.toString());
    } else {
      settings.console().note("metastore: " + message);
    }
    return exit.code();
  }

  /** One line that says what failed and what the user can do about it. */
  static String describe(MetastoreException failure, List<String> endpoints) {
    String said = withoutReason(failure);
    String advice = advice(failure);
    String message =
        failure instanceof OutcomeUnknownException
            ? "no reply received; the change may or may not have been made (" + said + ")"
            : ExitCode.of(failure) == ExitCode.UNREACHABLE
                ? "cannot reach " + String.join(", ", endpoints) + ": " + said
                : said;
    String path = failure.detail().getPath();
    if (!path.isEmpty() && !message.contains(path)) {
      message += ": " + path;
    }
    return advice.isEmpty() ? message : message + "; " + advice;
  }

  private static String withoutReason(MetastoreException failure) {
    Throwable cause = failure.getCause();
    Status status = Status.fromThrowable(cause == null ? failure : cause);
    String description = status.getDescription();
    String said = description == null ? status.getCode().name() : description;
    Throwable origin = status.getCause();
    // For a refused connection gRPC's description is only "io exception"; the cause has the
    // details.
    return origin != null && said.equals("io exception")
        ? String.valueOf(origin.getMessage())
        : said;
  }

  private static String advice(MetastoreException failure) {
    if (failure instanceof OutcomeUnknownException) {
      return "check before retrying";
    }
    ErrorDetail detail = failure.detail();
    return switch (failure.reason()) {
      case NO_LEADER -> "try again, and check: metastore status";
      case OVERLOADED -> "try again later";
      case NO_SPACE -> "free space with rm and compact, then run: etcdctl alarm disarm";
      case COMPACTED -> "the oldest readable revision is " + detail.getRevision();
      case FUTURE_REVISION -> "the current revision is " + detail.getRevision();
      case UNAUTHENTICATED -> "log in with --user, see: metastore --help";
      case REASON_UNSPECIFIED -> adviceForCode(failure);
      default -> "";
    };
  }

  private static String adviceForCode(MetastoreException failure) {
    return switch (failure.code()) {
      case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED ->
          "check that a server is running there, or set --endpoints";
      case UNIMPLEMENTED -> "this server does not support the call";
      default -> "";
    };
  }
}
