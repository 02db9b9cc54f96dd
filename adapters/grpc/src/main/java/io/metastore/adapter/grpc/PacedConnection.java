package io.metastore.adapter.grpc;

import io.grpc.Attributes;

/** What a call that is sent in pieces needs of its connection. Thread-safe. */
public interface PacedConnection {
  /** Where a call's attributes have it. */
  Attributes.Key<PacedConnection> ATTRIBUTE = Attributes.Key.create("metastore.paced-connection");

  /** Sends what was written to the connection's calls; gRPC itself does so between messages. */
  void flush();

  /** Ends the connection at once, with all its calls. */
  void close();
}
