package io.metastore.server.command;

import io.metastore.adapter.etcd.db.DbReader;
import io.metastore.server.config.ConfigError;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.Place;
import io.metastore.server.config.StoredCluster;
import io.metastore.server.etcd.EtcdImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code etcdutl snapshot restore}: makes the data directory of a member of a new cluster from a
 * snapshot. The directory is one of Metastore.
 */
@Command(
    name = "restore",
    description = "Restores an etcd member snapshot to a data directory of Metastore.")
final class RestoreCommand implements Callable<Integer> {
  private static final String CALLER = "snapshot/v3_snapshot.go";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  private Etcdutl.Snapshot parent;

  @Parameters(paramLabel = "FILE")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private Path file;

  @Option(names = "--data-dir", description = "Path to the output data directory.")
  private String dataDirectory = "";

  @Option(names = "--wal-dir", description = "Ignored: a new member has no log yet.")
  @SuppressWarnings("UnusedVariable") // accepted for scripts
  private String walDirectory = "";

  @Mixin private final NewMemberOptions member = new NewMemberOptions();

  @Option(
      names = "--skip-hash-check",
      description =
          "Ignore snapshot integrity hash value (required if copied from data directory).")
  private boolean skipsHashCheck;

  @Option(
      names = "--bump-revision",
      description = "How much to increase the latest revision after restore.")
  private long bump;

  @Option(
      names = "--mark-compacted",
      description =
          "Mark the latest revision after restore as the point of scheduled compaction (required if"
              + " --bump-revision > 0, disallowed otherwise).")
  private boolean marksCompacted;

  @Option(names = "--initial-memory-map-size", description = "Ignored.")
  @SuppressWarnings("UnusedVariable") // accepted for scripts
  private long mapBytes;

  @Override
  public Integer call() throws IOException, ConfigError {
    if ((bump > 0) != marksCompacted) {
      throw new ParameterException(
          spec.commandLine(), "--mark-compacted required if --revision-bump > 0");
    }
    Path target = Path.of(dataDirectory.isEmpty() ? member.name() + ".etcd" : dataDirectory);
    Place place = member.place();
    if (!isFree(target)) {
      throw new IOException("data-dir \"%s\" not empty or could not be read".formatted(target));
    }
    checkDigest();
    Map<String, String> paths = Map.of("path", file.toString(), "data-dir", target.toString());
    parent.console().note(ZapLine.info(CALLER, "restoring snapshot", paths));
    ByteProgress progress = new ByteProgress(parent.console(), "restored");
    try (DbReader db = DbReader.open(file)) {
      EtcdImport.Summary summary = new EtcdImport(db, bump).run(target, progress);
      StoredCluster.write(target, place);
      place.cluster().members().forEach(added -> noteAdded(place.cluster().id(), added));
      parent.console().note(ZapLine.info(CALLER, "restored snapshot", paths));
      parent.console().note(progress.text(summary.bytes()));
    }
    return 0;
  }

  private void noteAdded(long clusterId, InitialCluster.Member added) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("cluster-id", Long.toHexString(clusterId));
    fields.put("local-member-id", "0");
    fields.put("added-peer-id", Long.toHexString(added.id()));
    fields.put("added-peer-peer-urls", added.peerUrls().stream().map(EtcdUrl::text).toList());
    fields.put("added-peer-is-learner", false);
    parent.console().note(ZapLine.info("membership/cluster.go", "added member", fields));
  }

  private static boolean isFree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return true;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  private void checkDigest() throws IOException {
    if (skipsHashCheck) {
      return;
    }
    if (!DbReader.hasDigest(file)) {
      throw new IOException("snapshot missing hash but --skip-hash-check=false");
    }
    if (!DbReader.digestMatches(file)) {
      throw new IOException("the sha256 hash of the snapshot does not match");
    }
  }
}
