package io.metastore.cli.keys;

import io.metastore.api.v1.Condition;
import io.metastore.client.Conditions;
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

  List<Condition> of(String key) {
    List<Condition> conditions = new ArrayList<>(fences);
    if (revision != null) {
      conditions.add(Conditions.modRevisionIs(key, revision));
    }
    return conditions;
  }
}
