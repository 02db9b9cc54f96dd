package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code GET /version}. */
public final class VersionEndpoint implements HttpEndpoint {
  private final HttpAnswer answer;

  public VersionEndpoint(EtcdVersion version) {
    this.answer = HttpAnswer.ok("application/json", version.json());
  }

  @Override
  public CompletionStage<HttpAnswer> serve(FullHttpRequest request) {
    return CompletableFuture.completedFuture(
        HttpAnswer.isGet(request) ? answer : HttpAnswer.onlyGet());
  }
}
