package io.metastore.core.api;

import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The znode tree at one moment; part of a {@link ReadView} and valid as long as that. */
public interface TreeView {

  /**
   * A node without its data.
   *
   * @param acl who may do what with it; the caller asks it
   */
  record Node(ZnodeStat stat, ZnodeAcl acl) {}

  /**
   * Facts about the whole tree.
   *
   * @param bytes of all paths and data
   */
  record Totals(long nodes, long ephemerals, long bytes) {}

  /** Null if there is no such node. */
  @Nullable Node find(String path);

  /** The data of a node; null if it was given none. */
  @Nullable ByteString findData(String path);

  /** The names of the children, in order; empty if there is no such node. */
  List<String> children(String path);

  /** How many nodes there are below a node. */
  int countDescendants(String path);

  /** The paths of a session's ephemeral nodes, in order. */
  List<String> ephemerals(long session);

  /** In milliseconds, as agreed with the client; 0 if there is no such session. */
  int sessionTimeoutMs(long session);

  /** The ids of all sessions, in order. */
  List<Long> sessions();

  Totals totals();
}
