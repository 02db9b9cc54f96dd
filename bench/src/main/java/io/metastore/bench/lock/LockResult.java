package io.metastore.bench.lock;

import io.metastore.bench.report.Latency;
import io.metastore.bench.report.Usage;
import org.jspecify.annotations.Nullable;

/**
 * The result of one lock service in one step of a comparison.
 *
 * @param service the service's name
 * @param members the size of its cluster
 * @param work as on the command line
 * @param round counted from 1
 * @param operations pairs of acquire and release, or hand-overs, in the measured time
 * @param operationsPerSecond operations per second
 * @param grant for uncontended locks, the duration of an acquire call; otherwise the time from the
 *     start of a holder's release call to the end of the next holder's acquire call
 * @param release the duration of a release call
 * @param fewestByOne for contended locks, how often the least served client got the lock
 * @param mostByOne how often the most served client got it
 * @param changesPerOperation changes of the data
 * @param logEntriesPerOperation entries of the replicated log; several clients can share one
 * @param messagesPerOperation messages to clients; null if unknown
 * @param clientCpuMicrosPerOperation CPU time of the clients
 * @param server resource usage of the servers
 */
public record LockResult(
    String service,
    int members,
    String work,
    int round,
    long operations,
    double operationsPerSecond,
    Latency grant,
    Latency release,
    long fewestByOne,
    long mostByOne,
    double changesPerOperation,
    double logEntriesPerOperation,
    @Nullable Double messagesPerOperation,
    double clientCpuMicrosPerOperation,
    Usage server) {}
