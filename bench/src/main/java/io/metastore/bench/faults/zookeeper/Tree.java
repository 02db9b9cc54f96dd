package io.metastore.bench.faults.zookeeper;

import java.util.List;

/** The znodes that the clients of a round use. */
record Tree(String root) {

  /** The parent of the ephemeral znodes that only show which sessions live. */
  String sessions() {
    return root + "/sessions";
  }

  /** The parent of the candidates for the leadership. */
  String latch() {
    return root + "/latch";
  }

  /** Written only by the leader, under the condition that it leads. */
  String guarded() {
    return root + "/guarded";
  }

  /** Written by every {@code multi}, and never deleted. */
  String counter() {
    return root + "/counter";
  }

  /** One of a few znodes that come and go. */
  String node(int number) {
    return root + "/node" + number;
  }

  /** Everything that exists when the clients start, parents first. */
  List<String> skeleton() {
    return List.of(root, sessions(), latch(), guarded(), counter());
  }

  /** The path of an ephemeral znode of a session; {@link #ownerOf} finds the session. */
  static String owned(String parent, long session, String rest) {
    return parent + "/" + Long.toHexString(session) + "-" + rest;
  }

  /** The session in whose name an ephemeral znode was created. */
  static long ownerOf(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return Long.parseUnsignedLong(name.substring(0, name.indexOf('-')), 16);
  }

  /** Whether a path belongs to an ephemeral znode. */
  boolean isEphemeral(String path) {
    return path.startsWith(sessions() + "/") || path.startsWith(latch() + "/");
  }
}
