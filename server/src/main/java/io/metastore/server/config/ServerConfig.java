package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What one member is told at start, read and checked.
 *
 * @param initialCluster all members of the cluster, this one included
 * @param self this member's entry among them
 * @param heartbeatMs between a leader's heartbeats
 * @param electionTimeoutMs how long a follower waits for its leader
 * @param snapshotCount commands after which the log is folded into a checkpoint
 * @param maxTxnOps operations in one transaction
 * @param maxRequestBytes the largest request
 */
public record ServerConfig(
    String name,
    Path dataDirectory,
    List<EtcdUrl> listenPeerUrls,
    List<EtcdUrl> listenClientUrls,
    List<EtcdUrl> advertisePeerUrls,
    List<EtcdUrl> advertiseClientUrls,
    InitialCluster initialCluster,
    InitialCluster.Member self,
    int heartbeatMs,
    int electionTimeoutMs,
    long snapshotCount,
    int maxTxnOps,
    int maxRequestBytes,
    Duration watchProgressInterval,
    LogLevel logLevel) {

  public ServerConfig {
    requireNonNull(name, "name");
    requireNonNull(dataDirectory, "dataDirectory");
    requireNonNull(initialCluster, "initialCluster");
    requireNonNull(self, "self");
    requireNonNull(watchProgressInterval, "watchProgressInterval");
    requireNonNull(logLevel, "logLevel");
    listenPeerUrls = List.copyOf(listenPeerUrls);
    listenClientUrls = List.copyOf(listenClientUrls);
    advertisePeerUrls = List.copyOf(advertisePeerUrls);
    advertiseClientUrls = List.copyOf(advertiseClientUrls);
  }
}
