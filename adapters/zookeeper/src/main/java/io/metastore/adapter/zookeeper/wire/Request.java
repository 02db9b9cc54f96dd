package io.metastore.adapter.zookeeper.wire;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.command.NodeOp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's request. Immutable. */
public sealed interface Request {

  /** Changes the tree. */
  sealed interface Write extends Request {}

  /**
   * A single change.
   *
   * @param type the request type on the wire
   */
  record Change(int type, NodeOp op) implements Write {
    public Change {
      requireNonNull(op, "op");
    }
  }

  /** Several changes, applied atomically. */
  record Multi(List<Change> changes) implements Write {
    public Multi {
      changes = List.copyOf(changes);
    }
  }

  /** Ends the session. */
  record CloseSession() implements Write {}

  /** Reads the tree. */
  sealed interface Read extends Request {}

  record Exists(String path, boolean watch) implements Read {}

  record GetData(String path, boolean watch) implements Read {}

  /**
   * Lists the children of a node.
   *
   * @param stat whether to return the node's stat, too
   */
  record GetChildren(String path, boolean watch, boolean stat) implements Read {}

  record GetAcl(String path) implements Read {}

  record CountDescendants(String path) implements Read {}

  record GetEphemerals(String prefix) implements Read {}

  /** Several reads of the same state. */
  record MultiRead(List<Read> reads) implements Read {
    public MultiRead {
      reads = List.copyOf(reads);
    }
  }

  /** Arms persistent watches. */
  record AddWatch(String path, boolean recursive) implements Read {}

  /**
   * Removes watches.
   *
   * @param onlyCheck only report whether there are any
   */
  record RemoveWatches(String path, WatchType type, boolean onlyCheck) implements Read {}

  /**
   * Restores the watches of a client that was connected elsewhere before, and sends the events that
   * it missed.
   *
   * @param since the newest revision that the client has seen
   * @param exists watches on nodes that did not exist
   */
  record SetWatches(
      long since,
      List<String> data,
      List<String> exists,
      List<String> children,
      List<String> persistent,
      List<String> recursive)
      implements Read {
    public SetWatches {
      data = List.copyOf(data);
      exists = List.copyOf(exists);
      children = List.copyOf(children);
      persistent = List.copyOf(persistent);
      recursive = List.copyOf(recursive);
    }
  }

  record WhoAmI() implements Read {}

  record Ping() implements Read {}

  /** Waits until the client's member has applied everything committed before. */
  record Sync(String path) implements Request {}

  /**
   * Changes the servers of the ensemble.
   *
   * @param joining servers to add or change, separated by commas; null for none
   * @param leaving numbers of servers to remove, separated by commas; null for none
   * @param newMembers all servers, instead of changes; null for changes
   * @param version the version of the configuration that is to be changed; -1 for any
   */
  record Reconfig(
      @Nullable String joining, @Nullable String leaving, @Nullable String newMembers, long version)
      implements Request {}

  /** Authenticates the client. */
  record Authenticate(String scheme, @Nullable ByteString secret) implements Request {}

  /** A step of the client's authentication by SASL. */
  record Sasl(ByteString token) implements Request {}

  /**
   * A request that is refused regardless of the tree's state.
   *
   * @param close whether the connection is closed after the reply
   */
  record Refused(int error, boolean close) implements Request {}
}
