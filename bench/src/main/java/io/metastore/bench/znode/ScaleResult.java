package io.metastore.bench.znode;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The result of one server in one case.
 *
 * @param server the server's name
 * @param members the size of its cluster
 * @param work the case, as on the command line
 * @param figures what was measured, by name and unit, in order
 */
public record ScaleResult(String server, int members, String work, Map<String, Double> figures) {
  /** Copies the figures. */
  public ScaleResult {
    requireNonNull(server, "server");
    requireNonNull(work, "work");
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
  }
}
