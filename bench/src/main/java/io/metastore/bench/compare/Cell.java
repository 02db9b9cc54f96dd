package io.metastore.bench.compare;

import io.metastore.bench.report.Result;

/**
 * What one server did in one step of a comparison.
 *
 * @param server name of the server
 * @param members how many members its cluster had
 * @param row the work, as on the command line
 * @param round counted from 1
 * @param startSeconds from the start of the processes to serving
 * @param result what was measured
 */
public record Cell(
    String server, int members, String row, int round, double startSeconds, Result result) {}
