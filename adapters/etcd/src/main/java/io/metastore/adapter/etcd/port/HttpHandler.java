package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;
import org.jspecify.annotations.Nullable;

/** Serves all paths with a common prefix, also with streamed responses. */
public interface HttpHandler {

  /** Called on the connection's event loop. Must neither block nor keep the request. */
  void serve(FullHttpRequest request, HttpReply reply);

  /**
   * Opens a WebSocket. Each message of the client is a request or a part of one, and each line of
   * the reply is a message. Called on the connection's event loop.
   *
   * @param request the handshake; must not be kept
   * @return receives the client's messages
   */
  Messages open(FullHttpRequest request, HttpReply reply);

  /**
   * The refusal of a client whose certificate has this common name; null if the client is served.
   * Called on the connection's event loop, before {@link #serve} and {@link #open}.
   *
   * @param commonName not empty
   */
  default @Nullable HttpAnswer findRefusal(String commonName) {
    return null;
  }

  /** Receives the messages of a WebSocket's client, on the connection's event loop. */
  interface Messages {
    void take(byte[] message);

    /** The client sends no more messages. */
    void end();
  }
}
