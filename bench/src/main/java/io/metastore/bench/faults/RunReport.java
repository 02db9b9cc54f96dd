package io.metastore.bench.faults;

import java.util.List;
import java.util.Map;

/**
 * The result of a fault run.
 *
 * @param rounds number of rounds that were checked
 * @param seconds how long faults happened
 * @param faults how often each fault happened
 * @param done how much the clients did, by kind
 * @param errors the errors that clients got, by kind
 * @param violations what must not happen; the run ends with the first round that has any
 * @param directory where the logs and the history of that round are; empty if there are none
 */
public record RunReport(
    long seed,
    int members,
    List<String> mix,
    int rounds,
    long seconds,
    Map<String, Long> faults,
    Map<String, Long> done,
    Map<String, Long> errors,
    List<String> violations,
    String directory) {}
