package io.metastore.bench;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long one measurement takes. */
final class TimeOptions {
  @Option(
      names = "--warm-up",
      defaultValue = "15s",
      description = "Duration of the load before the measurement (default: ${DEFAULT-VALUE}).")
  Duration warmUp = Duration.ZERO;

  @Option(
      names = "--duration",
      defaultValue = "10s",
      description = "Duration of the measurement (default: ${DEFAULT-VALUE}).")
  Duration duration = Duration.ZERO;
}
