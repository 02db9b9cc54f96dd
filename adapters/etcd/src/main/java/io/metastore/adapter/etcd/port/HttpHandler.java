package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;

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

  /** Receives the messages of a WebSocket's client, on the connection's event loop. */
  interface Messages {
    void take(byte[] message);

    /** The client sends no more messages. */
    void end();
  }
}
