package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

/**
 * Where the spans of calls are sent, and which ones.
 *
 * @param address {@code host:port} of an OpenTelemetry collector that accepts OTLP over gRPC
 * @param instanceId identifies this member among those of the same service; empty for none
 * @param samplesPerMillion how many of a million calls whose client does not decide itself are
 *     recorded
 */
public record TracingSettings(
    String address, String serviceName, String instanceId, int samplesPerMillion) {

  public TracingSettings {
    requireNonNull(address, "address");
    requireNonNull(serviceName, "serviceName");
    requireNonNull(instanceId, "instanceId");
  }
}
