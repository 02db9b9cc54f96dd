package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;
import java.util.concurrent.CompletionStage;

/** Serves HTTP requests for one path. */
@FunctionalInterface
public interface HttpEndpoint {

  /**
   * Called on the connection's event loop, so it must not block. The request is valid until the
   * response completes. If the stage fails, the response is 500.
   */
  CompletionStage<HttpAnswer> serve(FullHttpRequest request);
}
