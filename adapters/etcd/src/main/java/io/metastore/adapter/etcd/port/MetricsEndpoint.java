package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code /metrics}, with any method as in etcd.
 *
 * <p>Runs on the scan threads: it reads {@code /proc} and asks the disk for sizes. The registry is
 * built by the first scrape, which keeps its classes out of the start.
 */
public final class MetricsEndpoint implements HttpEndpoint {
  private static final String CONTENT_TYPE =
      "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

  private final Supplier<PrometheusRegistry> registries;
  private final Executor executor;
  private @Nullable PrometheusRegistry registry;

  public MetricsEndpoint(Supplier<PrometheusRegistry> registries, Executor executor) {
    this.registries = registries;
    this.executor = executor;
  }

  @Override
  public CompletionStage<HttpAnswer> serve(FullHttpRequest request) {
    return CompletableFuture.supplyAsync(
        () -> HttpAnswer.ok(CONTENT_TYPE, PrometheusText.write(registry().scrape())), executor);
  }

  private synchronized PrometheusRegistry registry() {
    if (registry == null) {
      registry = registries.get();
    }
    return registry;
  }
}
