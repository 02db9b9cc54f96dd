package io.metastore.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ResultTest {

  @Test
  void percentilesOfAThousandEvenlySpreadLatencies() {
    Histogram nanos = new Histogram(3_600_000_000_000L, 3);
    for (int micros = 1; micros <= 1000; micros++) {
      nanos.recordValue(micros * 1000L);
    }

    Latency latency = Latency.of(nanos);

    assertThat(latency.p50Micros()).isCloseTo(500, within(1.0));
    assertThat(latency.p99Micros()).isCloseTo(990, within(1.0));
    assertThat(latency.p999Micros()).isCloseTo(999, within(1.0));
    assertThat(latency.maxMicros()).isCloseTo(1000, within(1.0));
    assertThat(latency.meanMicros()).isCloseTo(500.5, within(1.0));
  }

  @Test
  void noLatenciesAreZeroNotNumbersThatJsonCannotHold() {
    Latency none = Latency.of(new Histogram(3_600_000_000_000L, 3));
    assertThat(none).isEqualTo(new Latency(0, 0, 0, 0, 0));
  }

  @Test
  void jsonHasEveryKnownFigureUnderItsName() {
    JsonObject full = json(result(true));
    assertThat(full.keySet())
        .containsExactlyInAnyOrder(
            "workload",
            "endpoints",
            "clients",
            "connections",
            "keys",
            "keyBytes",
            "valueBytes",
            "seconds",
            "operations",
            "operationsPerSecond",
            "latency",
            "errors",
            "clientCpuMicrosPerOperation",
            "server",
            "deliveries");
    assertThat(full.getAsJsonObject("latency").get("p99Micros").getAsDouble()).isEqualTo(3.5);
    assertThat(full.getAsJsonObject("errors").get("UNAVAILABLE").getAsLong()).isEqualTo(7);
    assertThat(full.getAsJsonObject("server").getAsJsonArray("peakRssBytes")).hasSize(2);
    assertThat(full.getAsJsonObject("deliveries").get("received").getAsLong()).isEqualTo(99);

    assertThat(json(result(false)).keySet()).doesNotContain("server", "deliveries");
  }

  @Test
  void tableShowsTheMeasurement() {
    assertThat(ResultText.format(result(true)))
        .containsPattern("operations/s +1,000\n")
        .containsPattern("p99 ms +0\\.00\n")
        .containsPattern("errors +UNAVAILABLE 7\n")
        .containsPattern("server peak RSS MiB +100 200\n")
        .containsPattern("events received / expected +99 / 100\n");
  }

  private static JsonObject json(Result result) {
    return JsonParser.parseString(Json.format(result)).getAsJsonObject();
  }

  private static Result result(boolean everything) {
    Latency latency = new Latency(1.5, 2.5, 3.5, 4.5, 5.5);
    return new Result(
        "put",
        List.of("127.0.0.1:1", "127.0.0.1:2"),
        64,
        8,
        1000,
        16,
        256,
        2.0,
        2000,
        1000.0,
        latency,
        new TreeMap<>(Map.of("UNAVAILABLE", 7L)),
        9.5,
        everything ? new Usage(1.25, 625.0, List.of(100L << 20, 200L << 20), 0.5) : null,
        everything ? new Deliveries(10, 1, 100, 99, latency) : null);
  }
}
