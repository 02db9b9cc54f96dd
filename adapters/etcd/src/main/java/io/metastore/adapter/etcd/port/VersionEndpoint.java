package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code GET /version}. */
public final class VersionEndpoint implements HttpEndpoint {
  private final HttpAnswer answer;

  public VersionEndpoint(EtcdVersion version) {
    String storage =
        version.tellsStorage() ? ",\"storage\":\"%s\"".formatted(version.cluster()) : "";
    this.answer =
        HttpAnswer.ok(
            "application/json",
            "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\"%s}"
                .formatted(version.server(), version.cluster(), storage));
  }

  @Override
  public CompletionStage<HttpAnswer> serve(FullHttpRequest request) {
    return CompletableFuture.completedFuture(
        HttpAnswer.isGet(request) ? answer : HttpAnswer.onlyGet());
  }
}
