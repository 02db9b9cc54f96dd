package io.metastore.adapter.etcd.port;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Range;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /health}: this member is healthy if there is a leader and a linearizable read
 * succeeds; with {@code ?serializable=true}, if a local read succeeds.
 */
public final class HealthEndpoint implements HttpEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(HealthEndpoint.class);

  private static final HttpAnswer HEALTHY =
      HttpAnswer.text("{\"health\":\"true\",\"reason\":\"\"}");

  /** Any key will do: the question is whether reading works. */
  private static final Range PROBE =
      Range.newBuilder().setKey(ByteString.copyFromUtf8("health")).setKeysOnly(true).build();

  private final Metastore store;
  private final Function<Throwable, String> errorText;

  /**
   * @param errorText the words in which etcd tells a client of a failed read
   */
  public HealthEndpoint(Metastore store, Function<Throwable, String> errorText) {
    this.store = store;
    this.errorText = errorText;
  }

  /** For a member that has no cluster yet: never healthy. */
  public static HttpEndpoint withoutCluster() {
    return request ->
        CompletableFuture.completedFuture(
            HttpAnswer.isGet(request) ? unhealthy("NO CLUSTER") : HttpAnswer.onlyGet());
  }

  @Override
  public CompletionStage<HttpAnswer> serve(FullHttpRequest request) {
    if (!HttpAnswer.isGet(request)) {
      return CompletableFuture.completedFuture(HttpAnswer.onlyGet());
    }
    boolean serializable = isSerializable(request);
    if (!serializable && store.cluster().leaderId() == 0) {
      return CompletableFuture.completedFuture(unhealthy("RAFT NO LEADER"));
    }
    return store
        .range(PROBE, serializable ? Consistency.SERIALIZABLE : Consistency.LINEARIZABLE)
        .handle(this::judge);
  }

  private static boolean isSerializable(FullHttpRequest request) {
    List<String> values =
        new QueryStringDecoder(request.uri()).parameters().getOrDefault("serializable", List.of());
    return !values.isEmpty() && values.get(0).equals("true");
  }

  private HttpAnswer judge(@Nullable Outcome outcome, @Nullable Throwable failure) {
    if (failure != null) {
      return unhealthy("RANGE ERROR:" + errorText.apply(failure));
    }
    return outcome instanceof Outcome.Failed failed
        ? unhealthy("RANGE ERROR:" + failed.failure().code())
        : HEALTHY;
  }

  private static HttpAnswer unhealthy(String reason) {
    LOG.atWarn().addKeyValue("reason", reason).log("/health error");
    return HttpAnswer.error(
        HttpResponseStatus.SERVICE_UNAVAILABLE,
        "{\"health\":\"false\",\"reason\":\"%s\"}".formatted(reason));
  }
}
