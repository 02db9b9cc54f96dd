package io.metastore.bench.server;

import java.nio.file.Path;
import java.util.List;

/** How to start one kind of server, and how to see that it serves. */
public interface ServerKind {
  /** What reports call it. */
  String name();

  /**
   * Program and arguments that start a member with an empty data directory.
   *
   * @param cluster all members, this one included
   * @param directory the cluster's own; the member may have files in it that begin with its name
   */
  List<String> command(Member member, List<Member> cluster, Path directory);

  /** Whether the member there answers its clients now, as a part of its cluster. */
  boolean serves(Endpoint client);
}
