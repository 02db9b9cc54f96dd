package io.metastore.bench.server;

/**
 * One server of a cluster.
 *
 * @param name unique within the cluster
 * @param client where it serves clients
 * @param peer where it listens for the other members
 * @param advertised where the other members reach it: {@code peer}, or something that passes on
 *     what it gets there
 * @param election where they elect a leader, for servers that have a port of its own for that
 */
public record Member(
    String name, Endpoint client, Endpoint peer, Endpoint advertised, Endpoint election) {}
