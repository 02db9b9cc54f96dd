package io.metastore.adapter.grpc;

import io.grpc.Attributes;

/** The connection operations needed to send a response in pieces. Thread-safe. */
public interface PacedConnection {
  /** The key under which a call's attributes contain the connection. */
  Attributes.Key<PacedConnection> ATTRIBUTE = Attributes.Key.create("metastore.paced-connection");

  /**
   * Sends the data written to the connection's calls; gRPC itself does so only between messages.
   */
  void flush();

  /** Closes the connection at once, with all its calls. */
  void close();
}
