package io.metastore.server.config;

import io.metastore.core.raft.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cluster that a data directory belongs to: a file in it, written at the member's first start.
 * From then on it counts and not the flags, as in etcd: they may have gone or changed, and with
 * other ids the member would be one that nobody knows.
 *
 * <p>Lines of {@code name=value}.
 *
 * @param cluster its state is {@link InitialCluster.State#STORED}
 * @param self the member whose directory it is
 */
public record StoredCluster(InitialCluster cluster, InitialCluster.Member self) {
  private static final String FILE = "cluster";
  private static final String MEMBER_ID = "member-id";
  private static final String CLUSTER = "initial-cluster";
  private static final String TOKEN = "initial-cluster-token";

  /**
   * Null if this member has never been up.
   *
   * @throws ConfigError if the file cannot be read or understood
   */
  static @Nullable StoredCluster find(Path dataDirectory) throws ConfigError {
    Path file = dataDirectory.resolve(FILE);
    try {
      Map<String, String> values = new HashMap<>();
      for (String line : Files.readAllLines(file)) {
        int equals = line.indexOf('=');
        if (equals > 0) {
          values.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
      InitialCluster cluster =
          InitialCluster.parse(
              values.getOrDefault(CLUSTER, ""),
              values.getOrDefault(TOKEN, ""),
              InitialCluster.State.STORED);
      String id = values.getOrDefault(MEMBER_ID, "");
      for (InitialCluster.Member member : cluster.members()) {
        if (Long.toHexString(member.id()).equals(id)) {
          return new StoredCluster(cluster, member);
        }
      }
      throw ConfigError.discovery("damaged: " + file);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException | IllegalArgumentException e) {
      throw ConfigError.discovery("cannot read " + file + ": " + e.getMessage());
    }
  }

  /** Writes the file; it is on disk when this returns. */
  public static void write(Path dataDirectory, InitialCluster cluster, InitialCluster.Member self)
      throws IOException {
    Path fresh = dataDirectory.resolve(FILE + ".new");
    Files.write(
        fresh,
        List.of(
            MEMBER_ID + "=" + Long.toHexString(self.id()),
            CLUSTER + "=" + cluster.text(),
            TOKEN + "=" + cluster.token()));
    DurableFiles.force(fresh);
    Files.move(fresh, dataDirectory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.force(dataDirectory);
  }
}
