package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * {@code /metrics}, for any HTTP method, as in etcd.
 *
 * <p>Runs on the scan threads, because it reads {@code /proc} and file sizes.
 */
public final class MetricsEndpoint implements HttpEndpoint {
  private static final String CONTENT_TYPE =
      "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

  private final ServerMetrics metrics;
  private final Executor executor;

  public MetricsEndpoint(ServerMetrics metrics, Executor executor) {
    this.metrics = metrics;
    this.executor = executor;
  }

  @Override
  public CompletionStage<HttpAnswer> serve(FullHttpRequest request) {
    return CompletableFuture.supplyAsync(
        () -> HttpAnswer.ok(CONTENT_TYPE, metrics.scrape()), executor);
  }
}
