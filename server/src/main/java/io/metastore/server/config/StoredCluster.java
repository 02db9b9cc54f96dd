package io.metastore.server.config;

import io.metastore.core.raft.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The file in a data directory that records the member's cluster, written at the first start. As in
 * etcd, it takes precedence over the flags from then on: flags may be missing or changed, and with
 * other IDs the others would not know the member.
 *
 * <p>The file has lines {@code name=value}, with IDs in hexadecimal: {@code cluster-id}, {@code
 * member-id}, {@code invited}, and for each member {@code member=ID URL,URL NAME}. Later changes of
 * the members are in the Raft log only.
 */
public final class StoredCluster {
  private static final String FILE = "cluster";
  private static final String CLUSTER_ID = "cluster-id";
  private static final String MEMBER_ID = "member-id";
  private static final String INVITED = "invited";
  private static final String MEMBER = "member";

  private StoredCluster() {}

  /** Whether a member has started with this data directory. */
  public static boolean exists(Path dataDirectory) {
    return Files.exists(dataDirectory.resolve(FILE));
  }

  /**
   * The recorded cluster; null if this member has never started.
   *
   * @throws ConfigError if the file cannot be read or parsed
   */
  static @Nullable Place find(Path dataDirectory) throws ConfigError {
    Path file = dataDirectory.resolve(FILE);
    try {
      return parse(Files.readAllLines(file));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw ConfigError.discovery("cannot read " + file + ": " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw ConfigError.discovery("damaged: " + file);
    }
  }

  private static Place parse(List<String> lines) {
    Map<String, String> values = new HashMap<>();
    List<InitialCluster.Member> members = new ArrayList<>();
    for (String line : lines) {
      int equals = line.indexOf('=');
      String value = line.substring(equals + 1);
      if (line.startsWith(MEMBER + "=")) {
        String[] parts = value.split(" ", 3);
        members.add(
            new InitialCluster.Member(
                Long.parseUnsignedLong(parts[0], 16), parts[2], EtcdUrl.parseList(parts[1])));
      } else if (equals > 0) {
        values.put(line.substring(0, equals), value);
      }
    }
    InitialCluster cluster =
        new InitialCluster(
            Long.parseUnsignedLong(values.getOrDefault(CLUSTER_ID, ""), 16),
            members,
            Boolean.parseBoolean(values.get(INVITED))
                ? InitialCluster.State.INVITED
                : InitialCluster.State.STORED);
    return Place.in(cluster, Long.parseUnsignedLong(values.getOrDefault(MEMBER_ID, ""), 16));
  }

  /** Writes the file; it is on disk when this returns. */
  public static void write(Path dataDirectory, Place place) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(CLUSTER_ID + "=" + Long.toHexString(place.cluster().id()));
    lines.add(MEMBER_ID + "=" + Long.toHexString(place.self().id()));
    lines.add(INVITED + "=" + (place.cluster().state() == InitialCluster.State.INVITED));
    for (InitialCluster.Member member : place.cluster().members()) {
      String urls = member.peerUrls().stream().map(EtcdUrl::text).collect(Collectors.joining(","));
      lines.add(MEMBER + "=%s %s %s".formatted(Long.toHexString(member.id()), urls, member.name()));
    }
    Path fresh = dataDirectory.resolve(FILE + ".new");
    Files.write(fresh, lines);
    DurableFiles.force(fresh);
    Files.move(fresh, dataDirectory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.force(dataDirectory);
  }
}
