package io.metastore.cli.keys;

import io.metastore.api.v1.Condition;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.client.Conditions;
import io.metastore.client.MetastoreException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that make a write conditional. */
final class WriteConditions {
  @Option(
      names = "--if-revision",
      paramLabel = "N",
      description = "Write only if the key has not changed since revision N, its last write.")
  @Nullable Long revision;

  @Option(
      names = "--fence",
      paramLabel = "LOCK:TOKEN",
      converter = FenceText.class,
      description =
          "Write only if the lock is held with this token. Under 'metastore lock' use"
              + " \"$$METASTORE_LOCK_PATH:$$METASTORE_LOCK_TOKEN\". Can be repeated.")
  List<Condition> fences = List.of();

  /** The conditions for the request. */
  List<Condition> of(String key) {
    List<Condition> conditions = new ArrayList<>(fences);
    if (revision != null) {
      conditions.add(Conditions.modRevisionIs(key, revision));
    }
    return conditions;
  }

  /** Rewords a failure in terms of the options, if one of their conditions failed. */
  Exception explained(MetastoreException failure, String key) {
    if (failure.reason() == Reason.FENCED) {
      return new CommandFailed(
          ExitCode.NO, "the lock " + failure.detail().getPath() + " is not held with this token");
    }
    if (failure.reason() != Reason.CONDITION_FAILED) {
      return failure;
    }
    boolean changed = revision != null && failure.detail().getIndex() == fences.size();
    return new CommandFailed(
        ExitCode.NO,
        changed ? key + " has changed since revision " + revision : key + " already exists");
  }
}
