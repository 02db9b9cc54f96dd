package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusTextTest {

  @Test
  void labelsAndFamiliesComeInAlphabeticalOrder() {
    PrometheusRegistry registry = new PrometheusRegistry();
    Gauge.builder().name("z_gauge").help("Last.").register(registry).set(0.5);
    Counter calls =
        Counter.builder()
            .name("calls_total")
            .help("All calls.")
            .labelNames("b", "a")
            .register(registry);
    calls.labelValues("2", "say \"x\"\n").inc(3);
    calls.labelValues("1", "ok").inc();
    assertThat(PrometheusText.write(registry.scrape()))
        .isEqualTo(
            """
            # HELP calls_total All calls.
            # TYPE calls_total counter
            calls_total{a="ok",b="1"} 1
            calls_total{a="say \\"x\\"\\n",b="2"} 3
            # HELP z_gauge Last.
            # TYPE z_gauge gauge
            z_gauge 0.5
            """);
  }

  /** As printed by etcd 3.7.3. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "-2, -2",
    "20000, 20000",
    "999999, 999999",
    "1000000, 1e+06",
    "31707136, 3.1707136e+07",
    "2147483648, 2.147483648e+09",
    "1795409769.16, 1.79540976916e+09",
    "0.000105, 0.000105",
    "0.00001, 1e-05",
    "0.04, 0.04",
    "-12345678, -1.2345678e+07"
  })
  void numbersLookAsGoPrintsThem(double value, String expected) {
    assertThat(PrometheusText.number(value)).isEqualTo(expected);
  }

  @Test
  void extremesHaveNames() {
    assertThat(PrometheusText.number(Double.NaN)).isEqualTo("NaN");
    assertThat(PrometheusText.number(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
    assertThat(PrometheusText.number(Double.NEGATIVE_INFINITY)).isEqualTo("-Inf");
  }
}
