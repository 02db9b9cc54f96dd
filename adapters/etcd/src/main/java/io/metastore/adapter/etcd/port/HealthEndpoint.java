package io.metastore.adapter.etcd.port;

import com.google.gson.JsonObject;
import io.metastore.core.api.Consistency;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /health}: this member is healthy if there is no alarm except those that the query
 * {@code exclude}s, there is a leader, and a linearizable read succeeds. With {@code
 * ?serializable=true}, a local read is enough.
 */
public final class HealthEndpoint implements HttpEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(HealthEndpoint.class);

  private static final int REASON_SINCE_MINOR = 5;

  private final HealthChecks checks;
  private final boolean tellsReason;

  HealthEndpoint(HealthChecks checks, EtcdVersion version) {
    this.checks = checks;
    this.tellsReason = version.minorNumber() >= REASON_SINCE_MINOR;
  }

  /** The endpoint of a member without a cluster, which is never healthy. */
  public static HttpEndpoint withoutCluster() {
    return request ->
        CompletableFuture.completedFuture(
            HttpAnswer.isGet(request) ? answer("NO CLUSTER", true) : HttpAnswer.onlyGet());
  }

  @Override
  public CompletionStage<HttpAnswer> serve(FullHttpRequest request) {
    if (!HttpAnswer.isGet(request)) {
      return CompletableFuture.completedFuture(HttpAnswer.onlyGet());
    }
    Map<String, List<String>> query = new QueryStringDecoder(request.uri()).parameters();
    return findReason(query)
        .thenApply(
            reason -> {
              checks.countHealth(reason == null);
              return answer(reason, tellsReason);
            });
  }

  private CompletionStage<@Nullable String> findReason(Map<String, List<String>> query) {
    List<String> excluded = query.getOrDefault("exclude", List.of());
    for (String alarm : checks.alarms()) {
      if (!excluded.contains(alarm)) {
        return CompletableFuture.completedFuture("ALARM " + alarm);
      }
    }
    boolean serializable = query.getOrDefault("serializable", List.of("")).get(0).equals("true");
    if (!serializable && !checks.hasLeader()) {
      return CompletableFuture.completedFuture("RAFT NO LEADER");
    }
    return checks
        .findReadError(serializable ? Consistency.SERIALIZABLE : Consistency.LINEARIZABLE)
        .thenApply(error -> error == null ? null : "RANGE ERROR:" + error);
  }

  private static HttpAnswer answer(@Nullable String reason, boolean tellsReason) {
    JsonObject health = new JsonObject();
    health.addProperty("health", Boolean.toString(reason == null));
    if (tellsReason) {
      health.addProperty("reason", reason == null ? "" : reason);
    }
    if (reason == null) {
      return HttpAnswer.text(health.toString());
    }
    LOG.atWarn().addKeyValue("output", health).addKeyValue("status-code", 503).log("/health error");
    return HttpAnswer.error(HttpResponseStatus.SERVICE_UNAVAILABLE, health.toString());
  }
}
