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
}
