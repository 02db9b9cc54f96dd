package io.metastore.bench.server;

import java.nio.file.Path;
import java.util.List;

/** How to start one kind of server, and how to check that it serves. */
public interface ServerKind {
  /** The name in reports. */
  String name();

  /**
   * The program and arguments that start a member with an empty data directory.
   *
   * @param cluster all members, including this one
   * @param directory the cluster's directory; the member may use files in it that begin with its
   *     name
   */
  List<String> command(Member member, List<Member> cluster, Path directory);

  /** Whether the member currently serves clients as part of its cluster. */
  boolean serves(Endpoint client);

  /**
   * The number of entries in the replicated log of a running cluster, for the difference between
   * two moments.
   */
  long logEntries(List<Member> cluster);

  /** How a member is started; see {@link ServerKind#command}. */
  interface StartCommand {
    List<String> of(Member member, List<Member> cluster, Path directory);
  }

  /** The same kind of server, started in another way. */
  default ServerKind startedBy(StartCommand start) {
    ServerKind kind = this;
    return new ServerKind() {
      @Override
      public String name() {
        return kind.name();
      }

      @Override
      public List<String> command(Member member, List<Member> cluster, Path directory) {
        return start.of(member, cluster, directory);
      }

      @Override
      public boolean serves(Endpoint client) {
        return kind.serves(client);
      }

      @Override
      public long logEntries(List<Member> cluster) {
        return kind.logEntries(cluster);
      }
    };
  }
}
