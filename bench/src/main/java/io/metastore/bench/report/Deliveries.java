package io.metastore.bench.report;

/**
 * What watchers received.
 *
 * @param watchers how many watchers there were
 * @param matching how many of them every put concerned
 * @param expected events that all puts of the run together had to cause
 * @param received events that arrived before the run ended
 * @param latency from before a put was sent to the arrival of its event
 */
public record Deliveries(
    int watchers, int matching, long expected, long received, Latency latency) {}
