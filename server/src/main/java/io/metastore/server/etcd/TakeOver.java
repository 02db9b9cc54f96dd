package io.metastore.server.etcd;

import io.metastore.adapter.etcd.db.DbReader;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.Place;
import io.metastore.server.config.StoredCluster;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a Metastore member from the data directory of an etcd member: with its data, its ID and its
 * cluster. etcd's files are only read, so that etcd can be started on them again.
 *
 * <p>A process that dies meanwhile leaves tables that are complete or none, so that the next start
 * does what is left.
 */
public final class TakeOver {
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

  private TakeOver() {}

  /**
   * Whether a data directory contains data of etcd, and none of Metastore.
   *
   * @param dataDirectory of the member that is to start
   */
  public static boolean isNeeded(Path dataDirectory) {
    return EtcdDirectory.isOne(dataDirectory) && !StoredCluster.exists(dataDirectory);
  }

  /**
   * At the first start of a server: as {@link #run}, in the directory of etcd, with log lines.
   *
   * @param logDirectory the directory for the Raft log; with {@code --wal-dir}, etcd's log may be
   *     there
   */
  public static void atFirstStart(Path dataDirectory, Path logDirectory) throws IOException {
    LOG.atInfo().addKeyValue("data-dir", dataDirectory).log("importing the data of an etcd member");
    Path log = Wal.exists(logDirectory) ? logDirectory : EtcdDirectory.log(dataDirectory);
    EtcdImport.Summary summary =
        run(
            dataDirectory,
            log,
            dataDirectory,
            bytes -> LOG.atInfo().addKeyValue("bytes", bytes).log("importing"));
    if (summary != null) {
      LOG.atInfo()
          .addKeyValue("revision", summary.revision())
          .addKeyValue("compact-revision", summary.compacted())
          .addKeyValue("versions", summary.versions())
          .addKeyValue("bytes", summary.bytes())
          .log("imported the data of an etcd member");
    }
  }

  /**
   * Imports the data of an etcd member that does not run, and records its cluster.
   *
   * @param source data directory of etcd
   * @param log etcd's write-ahead log
   * @param target data directory of the new member; may be the same as {@code source}
   * @param progress as in {@link EtcdImport#run}
   * @return null if an import that was interrupted had already imported everything
   */
  public static EtcdImport.@Nullable Summary run(
      Path source, Path log, Path target, LongConsumer progress) throws IOException {
    try (DbReader db = DbReader.open(EtcdDirectory.database(source))) {
      Wal wal = Wal.read(log, db.consistentIndex());
      Place place = place(source, db, wal);
      EtcdImport.Summary summary = null;
      try {
        summary = new EtcdImport(db, /* bump= */ 0).run(target, wal.entries(), progress);
      } catch (FileAlreadyExistsException e) {
        if (!source.equals(target)) {
          throw e;
        }
      }
      StoredCluster.write(target, place);
      return summary;
    }
  }

  /** Learners are left out, because they must be added to a running cluster. */
  private static Place place(Path source, DbReader db, Wal wal) throws IOException {
    List<InitialCluster.Member> members =
        db.members().stream()
            .filter(member -> !member.learner())
            .map(
                member ->
                    new InitialCluster.Member(
                        member.id(),
                        member.name(),
                        member.peerUrls().stream().map(EtcdUrl::parse).toList()))
            .toList();
    try {
      return Place.in(
          new InitialCluster(wal.clusterId(), members, InitialCluster.State.STORED),
          wal.memberId());
    } catch (IllegalArgumentException e) {
      throw new FileSystemException(
          source.toString(),
          null,
          "the etcd member "
              + Long.toHexString(wal.memberId())
              + " is not a voting member of its cluster");
    }
  }
}
