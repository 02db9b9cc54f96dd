package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;
import java.util.concurrent.CompletionStage;

/** Answers HTTP requests for one path. */
@FunctionalInterface
public interface HttpEndpoint {

  /**
   * Called on the connection's event loop: must not block. The request is valid until the answer
   * completes. A stage that fails is answered with 500.
   */
  CompletionStage<HttpAnswer> serve(FullHttpRequest request);
}
