package io.metastore.adapter.etcd.port;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Range;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Checks this member's health and counts the results. Thread-safe, never blocks.
 *
 * <p>{@code /livez} tells whether this member should be restarted, {@code /readyz} whether it
 * should receive requests.
 */
public final class HealthChecks {
  private static final String CORRUPT = "CORRUPT";

  /** Any key will do: only whether the read succeeds matters. */
  private static final Range PROBE =
      Range.newBuilder().setKey(ByteString.copyFromUtf8("health")).setKeysOnly(true).build();

  private final Metastore store;
  private final Function<Throwable, String> errorText;
  private final Map<Result, AtomicLong> results = new ConcurrentHashMap<>();
  private final Map<Name, Boolean> last = new ConcurrentHashMap<>();
  private final AtomicLong healthy = new AtomicLong();
  private final AtomicLong unhealthy = new AtomicLong();

  /** Returns the problem, or null. */
  private interface Check {
    CompletionStage<@Nullable String> run();
  }

  /**
   * Identifies a check.
   *
   * @param type its endpoint, {@code livez} or {@code readyz}
   */
  record Name(String type, String name) {}

  /** The result of a check. */
  record Result(Name check, boolean success) {}

  /**
   * @param errorText etcd's text for a failed read
   */
  public HealthChecks(Metastore store, Function<Throwable, String> errorText) {
    this.store = store;
    this.errorText = errorText;
  }

  /**
   * The endpoints by path: {@code /health}, {@code /livez} and {@code /readyz} with their checks.
   */
  public Map<String, HttpEndpoint> endpoints(EtcdVersion version) {
    Map<String, HttpEndpoint> endpoints = new LinkedHashMap<>();
    endpoints.put("/health", new HealthEndpoint(this, version));
    if (version.hasCheckEndpoints()) {
      addChecks(endpoints, "/livez", Map.of("serializable_read", this::serializableRead));
      Map<String, Check> ready = new LinkedHashMap<>();
      ready.put("data_corruption", this::dataCorruption);
      ready.put("serializable_read", this::serializableRead);
      ready.put("linearizable_read", this::linearizableRead);
      ready.put("non_learner", this::nonLearner);
      addChecks(endpoints, "/readyz", ready);
    }
    return endpoints;
  }

  private void addChecks(
      Map<String, HttpEndpoint> endpoints, String type, Map<String, Check> checks) {
    Map<String, CheckEndpoint.Check> counted = new LinkedHashMap<>();
    String word = type.substring(1);
    checks.forEach(
        (name, check) -> counted.put(name, () -> count(new Name(word, name), check.run())));
    endpoints.put(type, new CheckEndpoint(type, counted));
    counted.forEach(
        (name, check) -> {
          String path = type + "/" + name;
          endpoints.put(path, new CheckEndpoint(path, Map.of(name, check)));
        });
  }

  private CompletionStage<@Nullable String> count(
      Name check, CompletionStage<@Nullable String> outcome) {
    return outcome.whenComplete(
        (wrong, failure) -> {
          boolean success = wrong == null && failure == null;
          last.put(check, success);
          results
              .computeIfAbsent(new Result(check, success), result -> new AtomicLong())
              .incrementAndGet();
        });
  }

  // --- checks ------------------------------------------------------------------------------------

  private CompletionStage<@Nullable String> dataCorruption() {
    return completed(alarms().contains(CORRUPT) ? "alarm activated: " + CORRUPT : null);
  }

  private CompletionStage<@Nullable String> serializableRead() {
    return findReadError(Consistency.SERIALIZABLE);
  }

  private CompletionStage<@Nullable String> linearizableRead() {
    return findReadError(Consistency.LINEARIZABLE);
  }

  private CompletionStage<@Nullable String> nonLearner() {
    long self = store.cluster().memberId();
    boolean learner =
        store.cluster().members().stream()
            .filter(member -> member.id() == self)
            .anyMatch(MemberInfo::learner);
    return completed(learner ? "not supported for learner" : null);
  }

  private static CompletionStage<@Nullable String> completed(@Nullable String wrong) {
    return CompletableFuture.completedFuture(wrong);
  }

  /** Why a read fails, or null. */
  CompletionStage<@Nullable String> findReadError(Consistency consistency) {
    return store
        .range(PROBE, consistency)
        .handle(
            (outcome, failure) -> {
              if (failure != null) {
                return errorText.apply(failure);
              }
              return outcome instanceof Outcome.Failed failed
                  ? failed.failure().code().toString()
                  : null;
            });
  }

  /** The kinds of the raised alarms, such as {@code NOSPACE}, one per member. */
  List<String> alarms() {
    return store.cluster().alarms().stream().map(alarm -> alarm.getKind().name()).toList();
  }

  boolean hasLeader() {
    return store.cluster().leaderId() != 0;
  }

  // --- counters ----------------------------------------------------------------------------------

  void countHealth(boolean success) {
    (success ? healthy : unhealthy).incrementAndGet();
  }

  long healthSuccesses() {
    return healthy.get();
  }

  long healthFailures() {
    return unhealthy.get();
  }

  /** How often each result occurred. */
  Map<Result, AtomicLong> results() {
    return Map.copyOf(results);
  }

  /** Whether each check passed when it last ran. */
  Map<Name, Boolean> last() {
    return Map.copyOf(last);
  }
}
