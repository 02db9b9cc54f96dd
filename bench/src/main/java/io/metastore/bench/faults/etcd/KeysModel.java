package io.metastore.bench.faults.etcd;

import io.metastore.bench.linearizable.Model;
import io.metastore.bench.linearizable.Operation;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A few keys, with transactions on them; all are missing at first. The state maps keys to values.
 */
final class KeysModel implements Model<Map<String, String>, Request, Answer> {
  @Override
  public Map<String, String> initial() {
    return Map.of();
  }

  @Override
  public @Nullable Map<String, String> step(
      Map<String, String> state, Request request, @Nullable Answer answer) {
    boolean holds =
        request.expected().entrySet().stream()
            .allMatch(entry -> Objects.equals(state.get(entry.getKey()), entry.getValue()));
    if (answer != null) {
      boolean same =
          request.keys().stream()
              .allMatch(key -> Objects.equals(state.get(key), answer.before().get(key)));
      if (!same || answer.succeeded() != holds) {
        return null;
      }
    }
    if (!holds || request.isReadOnly()) {
      return state;
    }
    Map<String, String> next = new TreeMap<>(state);
    request
        .writes()
        .forEach(
            (key, value) -> {
              if (value == null) {
                next.remove(key);
              } else {
                next.put(key, value);
              }
            });
    return Map.copyOf(next);
  }

  /**
   * The history without the requests that only put, have no answer, and are revealed by no answer.
   * Because each answer reveals all previous values of its keys, nothing but other requests without
   * an answer came after them, whose conditions cannot depend on them: a condition asks for a value
   * that an answer revealed, or for a missing key. So leaving them out changes no verdict. It saves
   * the search from trying them everywhere.
   */
  static List<Operation<Request, Answer>> relevant(Collection<Operation<Request, Answer>> history) {
    Set<String> revealed = new HashSet<>();
    for (Operation<Request, Answer> operation : history) {
      if (operation.answer() != null) {
        revealed.addAll(operation.answer().before().values());
      }
    }
    return history.stream()
        .filter(
            operation ->
                operation.answer() != null
                    || !operation.request().onlyPuts()
                    || revealed.contains(operation.request().id()))
        .toList();
  }
}
