package io.metastore.bench.server;

/**
 * One server of a cluster.
 *
 * @param name unique within the cluster
 * @param client its client address
 * @param peer its address for the other members
 * @param advertised the address at which the other members reach it: {@code peer}, or a relay to it
 * @param election its address for leader elections, for servers that use a separate port
 */
public record Member(
    String name, Endpoint client, Endpoint peer, Endpoint advertised, Endpoint election) {}
