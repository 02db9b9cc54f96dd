package io.metastore.adapter.etcd.port;

import io.metastore.core.api.Histogram;
import java.util.Map;
import java.util.TreeMap;

/**
 * One scrape in Prometheus' text format, sorted as by Go's library: families by name, samples by
 * labels, labels by name. Users compare its lines as text. Not thread-safe.
 */
final class MetricsPage {
  private final Map<String, Family> families = new TreeMap<>();

  private static final class Family {
    final String head;
    final Map<String, String> samples = new TreeMap<>();

    Family(String head) {
      this.head = head;
    }
  }

  /**
   * Adds a sample of a value that can go up and down.
   *
   * @param labels alternating names and values, sorted by name
   */
  void gauge(String name, String help, double value, String... labels) {
    sample(name, "gauge", help, value, labels);
  }

  /** Like {@link #gauge}, for a value that only grows. */
  void counter(String name, String help, double value, String... labels) {
    sample(name, "counter", help, value, labels);
  }

  /** Like {@link #gauge}; values beyond 2^53 are rounded. */
  void gauge(String name, String help, long value, String... labels) {
    gauge(name, help, (double) value, labels);
  }

  /** Like {@link #counter}; values beyond 2^53 are rounded. */
  void counter(String name, String help, long value, String... labels) {
    counter(name, help, (double) value, labels);
  }

  /** Like {@link #gauge}, for a distribution of values. */
  void histogram(String name, String help, Histogram histogram, String... labels) {
    StringBuilder lines = new StringBuilder();
    double[] bounds = histogram.bounds();
    long[] counts = histogram.cumulativeCounts();
    String text = labels(labels);
    for (int i = 0; i < counts.length; i++) {
      String bound = i < bounds.length ? PrometheusText.number(bounds[i]) : "+Inf";
      lines
          .append(name)
          .append("_bucket{")
          .append(text)
          .append(text.isEmpty() ? "" : ",")
          .append("le=\"")
          .append(bound)
          .append("\"} ")
          .append(counts[i])
          .append('\n');
    }
    String braces = braces(text);
    lines.append(name).append("_sum").append(braces).append(' ');
    lines.append(PrometheusText.number(histogram.sum())).append('\n');
    lines.append(name).append("_count").append(braces).append(' ');
    lines.append(counts[counts.length - 1]).append('\n');
    family(name, "histogram", help).samples.put(text, lines.toString());
  }

  /** Adds a summary without quantiles. */
  void summary(String name, String help, double sum, long count) {
    family(name, "summary", help)
        .samples
        .put(
            "",
            "%s_sum %s\n%s_count %d\n".formatted(name, PrometheusText.number(sum), name, count));
  }

  /** Adds families that are already text. Existing families are kept. */
  void add(String text) {
    for (String family : text.split("(?m)^(?=# HELP )", -1)) {
      if (!family.isEmpty()) {
        String name = family.split(" ", 4)[2];
        families.computeIfAbsent(name, key -> new Family(family));
      }
    }
  }

  private void sample(String name, String type, String help, double value, String... labels) {
    String text = labels(labels);
    family(name, type, help)
        .samples
        .put(text, name + braces(text) + " " + PrometheusText.number(value) + "\n");
  }

  private Family family(String name, String type, String help) {
    return families.computeIfAbsent(
        name, key -> new Family("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type)));
  }

  private static String braces(String labels) {
    return labels.isEmpty() ? "" : "{" + labels + "}";
  }

  private static String labels(String... labels) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < labels.length; i += 2) {
      text.append(i == 0 ? "" : ",").append(labels[i]).append("=\"");
      text.append(labels[i + 1].replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
      text.append('"');
    }
    return text.toString();
  }

  String text() {
    StringBuilder out = new StringBuilder(64 * 1024);
    families.forEach(
        (name, family) -> {
          out.append(family.head);
          family.samples.values().forEach(out::append);
        });
    return out.toString();
  }
}
