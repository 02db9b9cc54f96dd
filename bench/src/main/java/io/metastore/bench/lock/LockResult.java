package io.metastore.bench.lock;

import io.metastore.bench.report.Latency;
import io.metastore.bench.report.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What one lock service did in one step of a comparison.
 *
 * @param service name of the service
 * @param members how many members its cluster had
 * @param work as on the command line
 * @param round counted from 1
 * @param operations pairs of acquire and release, or hand-overs, in the measured time
 * @param operationsPerSecond the same for one second
 * @param grant uncontended: from a call to acquire to its end; else from a holder's call to release
 *     to the end of the next holder's call to acquire
 * @param release from a call to release to its end
 * @param fewestByOne contended: the fewest times that one client got the lock
 * @param mostByOne contended: the most
 * @param changesPerOperation changes of the data
 * @param logEntriesPerOperation entries of the replicated log; several clients may share one
 * @param messagesPerOperation messages to clients; null if unknown
 * @param clientCpuMicrosPerOperation what the clients used
 * @param server what the servers used
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
