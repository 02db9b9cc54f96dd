package io.metastore.bench.compare;

import io.metastore.bench.report.Result;

/**
 * The result of one server in one step of a comparison.
 *
 * @param server the server's name
 * @param members the size of its cluster
 * @param row the work, as on the command line
 * @param round counted from 1
 * @param startSeconds from the start of the processes until all members served
 * @param result the measurement
 */
public record Cell(
    String server, int members, String row, int round, double startSeconds, Result result) {}
