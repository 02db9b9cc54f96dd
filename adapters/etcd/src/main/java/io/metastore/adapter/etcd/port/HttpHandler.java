package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;

/** Serves all paths below one, also by streams. */
public interface HttpHandler {

  /** Called on the connection's event loop: must not block, nor keep the request. */
  void serve(FullHttpRequest request, HttpReply reply);

  /**
   * Opens a WebSocket on which every message of the client is (a part of) a request and every line
   * of the reply a message. Called on the connection's event loop.
   *
   * @param request the handshake; must not be kept
   * @return what takes the client's messages
   */
  Messages open(FullHttpRequest request, HttpReply reply);

  /** The messages of a WebSocket's client, on the connection's event loop. */
  interface Messages {
    void take(byte[] message);

    /** The client sends no more. */
    void end();
  }
}
