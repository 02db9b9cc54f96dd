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

/** What must be so for a write to happen. */
final class WriteConditions {
  @Option(
      names = "--if-revision",
      paramLabel = "N",
      description = "Only if the key is still as the write of revision N left it.")
  @Nullable Long revision;

  @Option(
      names = "--fence",
      paramLabel = "LOCK:TOKEN",
      converter = FenceText.class,
      description =
          "Only if the lock is still held with this token; under 'metastore lock':"
              + " \"$$METASTORE_LOCK_PATH:$$METASTORE_LOCK_TOKEN\". Can be repeated.")
  List<Condition> fences = List.of();

  /** What the servers are to test. */
  List<Condition> of(String key) {
    List<Condition> conditions = new ArrayList<>(fences);
    if (revision != null) {
      conditions.add(Conditions.modRevisionIs(key, revision));
    }
    return conditions;
  }

  /** A failure in words of the options, if one of them is why. */
  Exception explained(MetastoreException failure, String key) {
    if (failure.reason() == Reason.FENCED) {
      return new CommandFailed(
          ExitCode.NO,
          "the lock " + failure.detail().getPath() + " is not held with this token (any more)");
    }
    if (failure.reason() != Reason.CONDITION_FAILED) {
      return failure;
    }
    boolean another = revision != null && failure.detail().getIndex() == fences.size();
    return new CommandFailed(
        ExitCode.NO,
        another ? key + " is not as revision " + revision + " left it" : key + " exists already");
  }
}
