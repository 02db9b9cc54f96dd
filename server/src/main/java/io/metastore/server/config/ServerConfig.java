package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import io.metastore.adapter.etcd.port.ConnectionRules;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.adapter.etcd.port.TracingSettings;
import io.metastore.core.node.CorruptionConfig;
import io.metastore.core.node.MemberRules;
import io.metastore.core.node.SpaceConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one member, read and checked.
 *
 * @param place null if the member's cluster is not known yet; {@code bootstrap} then says how to
 *     find it
 * @param logDirectory directory of the Raft log
 * @param reusePort whether ports may be used that other processes listen on with the same option
 * @param clusterReadyTimeout how long clients are not served while there is no leader; zero for as
 *     long as there is none
 * @param forceNewCluster whether a member with data removes all other members and continues alone
 * @param memberRules limits on changes of the members
 * @param heartbeatMs the interval of the leader's heartbeats; also, how soon an unreachable member
 *     is retried
 * @param electionTimeoutMs how long a follower waits for its leader
 * @param snapshotCount number of commands after which a checkpoint is taken
 * @param catchupEntries number of log entries to keep before a checkpoint, for members that were
 *     away
 * @param space limits on the size of the tables
 * @param corruption when the members compare their data
 * @param warningApplyDuration a warning is logged if applying a log entry takes longer
 * @param warningUnaryRequestDuration a warning is logged if a unary request takes longer
 * @param maxTxnOps maximum number of operations in a transaction
 * @param maxRequestBytes maximum size of a request
 * @param connectionRules gRPC's connection settings on the client port
 * @param compatVersion the etcd version whose behaviour is imitated
 * @param tracing null if calls are not traced
 * @param startFacts the flags in the log line of the start, in its order
 */
public record ServerConfig(
    String name,
    Path dataDirectory,
    Path logDirectory,
    List<EtcdUrl> listenPeerUrls,
    List<EtcdUrl> listenClientUrls,
    List<EtcdUrl> advertisePeerUrls,
    List<EtcdUrl> advertiseClientUrls,
    @Nullable Place place,
    Bootstrap bootstrap,
    String clusterToken,
    boolean reusePort,
    Duration clusterReadyTimeout,
    boolean forceNewCluster,
    MemberRules memberRules,
    int heartbeatMs,
    int electionTimeoutMs,
    long snapshotCount,
    int catchupEntries,
    SpaceConfig space,
    CorruptionConfig corruption,
    Duration warningApplyDuration,
    Duration warningUnaryRequestDuration,
    int maxTxnOps,
    int maxRequestBytes,
    Duration watchProgressInterval,
    HttpConfig http,
    AuthConfig auth,
    ZookeeperConfig zookeeper,
    ConnectionRules connectionRules,
    EtcdVersion compatVersion,
    TlsConfig tls,
    @Nullable TracingSettings tracing,
    Map<String, Object> startFacts) {

  public ServerConfig {
    requireNonNull(name, "name");
    requireNonNull(dataDirectory, "dataDirectory");
    requireNonNull(logDirectory, "logDirectory");
    requireNonNull(bootstrap, "bootstrap");
    requireNonNull(clusterToken, "clusterToken");
    requireNonNull(clusterReadyTimeout, "clusterReadyTimeout");
    requireNonNull(watchProgressInterval, "watchProgressInterval");
    requireNonNull(space, "space");
    requireNonNull(corruption, "corruption");
    requireNonNull(warningApplyDuration, "warningApplyDuration");
    requireNonNull(warningUnaryRequestDuration, "warningUnaryRequestDuration");
    requireNonNull(http, "http");
    requireNonNull(auth, "auth");
    requireNonNull(zookeeper, "zookeeper");
    requireNonNull(connectionRules, "connectionRules");
    requireNonNull(compatVersion, "compatVersion");
    requireNonNull(tls, "tls");
    startFacts = Collections.unmodifiableMap(new LinkedHashMap<>(startFacts));
    listenPeerUrls = List.copyOf(listenPeerUrls);
    listenClientUrls = List.copyOf(listenClientUrls);
    advertisePeerUrls = List.copyOf(advertisePeerUrls);
    advertiseClientUrls = List.copyOf(advertiseClientUrls);
  }
}
