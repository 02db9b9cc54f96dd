package io.metastore.adapter.etcd.port;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Prometheus' text format with numbers as Go prints them: {@code 2} instead of {@code 2.0}, and
 * {@code 3.1707136e+07}. Users' checks compare lines as text, so the Prometheus library's own
 * writer cannot be used.
 */
final class PrometheusText {
  /** Go's {@code 'g'} format uses exponents outside [10^MIN, 10^MAX). */
  private static final int EXPONENT_MIN = -4;

  private static final int EXPONENT_MAX = 6;

  private PrometheusText() {}

  static String write(MetricSnapshots snapshots) {
    StringBuilder out = new StringBuilder(64 * 1024);
    for (MetricSnapshot snapshot : snapshots) {
      String name = snapshot.getMetadata().getPrometheusName();
      if (snapshot instanceof CounterSnapshot counter) {
        write(
            out,
            name + "_total",
            "counter",
            counter,
            counter.getDataPoints(),
            CounterSnapshot.CounterDataPointSnapshot::getValue);
      } else if (snapshot instanceof GaugeSnapshot gauge) {
        write(
            out,
            name,
            "gauge",
            gauge,
            gauge.getDataPoints(),
            GaugeSnapshot.GaugeDataPointSnapshot::getValue);
      } else {
        throw new IllegalStateException("no text format for " + name);
      }
    }
    return out.toString();
  }

  private static <P extends DataPointSnapshot> void write(
      StringBuilder out,
      String name,
      String type,
      MetricSnapshot snapshot,
      List<P> points,
      ToDoubleFunction<P> value) {
    String help = snapshot.getMetadata().getHelp();
    out.append("# HELP ").append(name).append(' ').append(help == null ? "" : help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    points.stream()
        .sorted(Comparator.comparing(DataPointSnapshot::getLabels))
        .forEach(
            point -> {
              out.append(name);
              appendLabels(out, point.getLabels());
              out.append(' ').append(number(value.applyAsDouble(point))).append('\n');
            });
  }

  private static void appendLabels(StringBuilder out, Labels labels) {
    char separator = '{';
    for (int i = 0; i < labels.size(); i++) {
      out.append(separator).append(labels.getPrometheusName(i)).append("=\"");
      out.append(
          labels.getValue(i).replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
      out.append('"');
      separator = ',';
    }
    if (!labels.isEmpty()) {
      out.append('}');
    }
  }

  /** A number as formatted by Go's {@code strconv.FormatFloat(value, 'g', -1, 64)}. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    String digits = decimal.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - decimal.scale();
    if (exponent >= EXPONENT_MIN && exponent < EXPONENT_MAX) {
      return decimal.toPlainString();
    }
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return "%s%s%se%s%02d"
        .formatted(
            value < 0 ? "-" : "",
            digits.charAt(0),
            fraction,
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }
}
