package io.metastore.core.api;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The znode tree at one revision; part of a {@link ReadView} and valid until that is closed. */
public interface TreeView {

  /**
   * A node without its data.
   *
   * @param acl the access list; checking it is up to the caller
   */
  record Node(ZnodeStat stat, ZnodeAcl acl) {}

  /**
   * Totals over the whole tree.
   *
   * @param bytes bytes of all paths and data
   */
  record Totals(long nodes, long ephemerals, long bytes) {}

  /** The node at a path; null if there is none. */
  @Nullable Node find(String path);

  /** The data of a node; null if the node has none. */
  @Nullable ByteString findData(String path);

  /** The names of a node's children, in order; empty if the node does not exist. */
  List<String> children(String path);

  /**
   * The first names of a node's children after a given one, in order; empty if the node does not
   * exist.
   *
   * @param after empty to start with the first
   */
  List<String> children(String path, String after, int namesMax);

  /** The number of nodes below a node, at any depth. */
  int countDescendants(String path);

  /** The paths of a session's ephemeral nodes, in order. */
  List<String> ephemerals(long session);

  /** The negotiated timeout of a session in milliseconds; 0 if there is no such session. */
  int sessionTimeoutMs(long session);

  /** Whether there is a session with this ID and password. */
  boolean isSessionPassword(long session, ByteString password);

  /** The IDs of all sessions, in order. */
  List<Long> sessions();

  /** The number of sessions. Reads the ID of each one. */
  long sessionCount();

  Totals totals();

  /** Receives nodes, in {@link #forEachNode}. */
  interface Visitor {
    /** Called once for each node. */
    void visit(ZnodeImage node) throws IOException;
  }

  /**
   * Passes all nodes, each after its parent. Takes as long as reading the whole tree; memory does
   * not grow with the tree.
   */
  void forEachNode(Visitor visitor) throws IOException;

  /** The different access lists of all nodes; without {@link ZnodeAcl#OPEN}. */
  List<ZnodeAcl> accessLists();
}
