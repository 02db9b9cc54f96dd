package io.metastore.bench.report;

/**
 * What the watchers received.
 *
 * @param watchers the number of watchers
 * @param matching how many of them get an event for every put
 * @param expected the number of events that all puts of the run should cause
 * @param received the number of events that arrived before the run ended
 * @param latency from before a put was sent to the arrival of its event
 */
public record Deliveries(
    int watchers, int matching, long expected, long received, Latency latency) {}
