package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /livez}, {@code /readyz}, or one of their checks: 200 if all checks pass except those that
 * the query {@code exclude}s, otherwise 503. Lists every check if one fails, or with {@code
 * verbose}.
 */
final class CheckEndpoint implements HttpEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(CheckEndpoint.class);

  private final String path;
  private final Map<String, Check> checks;

  /** The problem, or null. */
  @FunctionalInterface
  interface Check {
    CompletionStage<@Nullable String> run();
  }

  /**
   * @param checks in the order in which they are listed
   */
  CheckEndpoint(String path, Map<String, Check> checks) {
    this.path = path;
    this.checks = new LinkedHashMap<>(checks);
  }

  @Override
  public CompletionStage<HttpAnswer> serve(FullHttpRequest request) {
    if (!HttpAnswer.isGet(request)) {
      return CompletableFuture.completedFuture(HttpAnswer.onlyGet());
    }
    Map<String, List<String>> query = new QueryStringDecoder(request.uri()).parameters();
    List<String> excluded = query.getOrDefault("exclude", List.of());
    CompletionStage<Report> report = CompletableFuture.completedFuture(new Report());
    for (Map.Entry<String, Check> check : checks.entrySet()) {
      if (!excluded.contains(check.getKey())) {
        report =
            report.thenCombine(
                check.getValue().run(), (all, wrong) -> all.add(check.getKey(), wrong));
      }
    }
    boolean verbose = query.containsKey("verbose");
    return report.thenApply(all -> answer(all, verbose));
  }

  private HttpAnswer answer(Report report, boolean verbose) {
    if (report.failed) {
      LOG.atError()
          .addKeyValue("path", path)
          .addKeyValue("reason", report.lines)
          .log("Health check error");
      return HttpAnswer.error(HttpResponseStatus.SERVICE_UNAVAILABLE, report.lines.toString());
    }
    return new HttpAnswer(
        HttpResponseStatus.OK,
        HttpAnswer.PLAIN,
        (verbose ? report.lines : "") + "ok\n",
        HttpAnswer.NO_SNIFF);
  }

  /** The results of the checks, in order. */
  private static final class Report {
    private final StringBuilder lines = new StringBuilder();
    private boolean failed;

    Report add(String name, @Nullable String wrong) {
      if (wrong == null) {
        lines.append("[+]").append(name).append(" ok\n");
      } else {
        failed = true;
        lines.append("[-]").append(name).append(" failed: ").append(wrong).append('\n');
      }
      return this;
    }
  }
}
