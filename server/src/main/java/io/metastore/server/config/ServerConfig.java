package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import io.metastore.adapter.etcd.port.ConnectionRules;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.core.node.SpaceConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one member is told at start, read and checked.
 *
 * @param place null if nobody has told yet which cluster this member belongs to; then {@code
 *     bootstrap} says how it finds out
 * @param heartbeatMs how soon a member that was away is tried again
 * @param electionTimeoutMs how long a follower waits for its leader
 * @param snapshotCount commands after which the log is folded into a checkpoint
 * @param space how the member keeps its tables small
 * @param warningApplyDuration applying a log entry is logged if it takes longer
 * @param warningUnaryRequestDuration a unary request is logged if it takes longer
 * @param maxTxnOps operations in one transaction
 * @param maxRequestBytes the largest request
 * @param connectionRules of gRPC on the client port
 * @param compatVersion the version of etcd that is imitated
 * @param startFacts what the log line of the start tells of the flags, in its order
 */
public record ServerConfig(
    String name,
    Path dataDirectory,
    List<EtcdUrl> listenPeerUrls,
    List<EtcdUrl> listenClientUrls,
    List<EtcdUrl> advertisePeerUrls,
    List<EtcdUrl> advertiseClientUrls,
    @Nullable Place place,
    Bootstrap bootstrap,
    String clusterToken,
    int heartbeatMs,
    int electionTimeoutMs,
    long snapshotCount,
    SpaceConfig space,
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
    Map<String, Object> startFacts) {

  public ServerConfig {
    requireNonNull(name, "name");
    requireNonNull(dataDirectory, "dataDirectory");
    requireNonNull(bootstrap, "bootstrap");
    requireNonNull(clusterToken, "clusterToken");
    requireNonNull(watchProgressInterval, "watchProgressInterval");
    requireNonNull(space, "space");
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
