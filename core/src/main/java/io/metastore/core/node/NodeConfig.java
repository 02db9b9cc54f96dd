package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import io.metastore.core.raft.PeerTls;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.storage.StorageOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member is told at start.
 *
 * @param name for people; published to the other members
 * @param members all members of the cluster as far as this one was told, itself included; once it
 *     has data, that counts
 * @param beginning how this member came to its cluster
 * @param clientUrls where clients reach this member; published
 * @param peerListen where this member listens for the others
 * @param peerTls how members speak TLS with each other; null if they do without
 * @param electionTimeoutMs how long a follower waits for its leader
 * @param snapshotCount commands after which the log is folded into a checkpoint
 * @param maxRequestBytes the largest command
 * @param responseBytesMax the largest answer to a read
 * @param watchProgressIntervalMs see {@code WatchLimits}
 * @param warningApplyDuration applying an entry, and a read, is logged if it takes longer
 * @param space how it keeps its tables small
 */
public record NodeConfig(
    long clusterId,
    long memberId,
    String name,
    List<RaftMember> members,
    Beginning beginning,
    List<String> clientUrls,
    List<InetSocketAddress> peerListen,
    @Nullable PeerTls peerTls,
    Path dataDirectory,
    int heartbeatMs,
    int electionTimeoutMs,
    long snapshotCount,
    int maxRequestBytes,
    long responseBytesMax,
    long watchProgressIntervalMs,
    StorageOptions storage,
    Duration warningApplyDuration,
    SpaceConfig space,
    AccessConfig access) {

  /** How a member comes to its cluster. */
  public enum Beginning {
    /** The cluster began with the first start of its members. */
    FOUNDED,
    /** As {@link #FOUNDED}, but it runs already: a member without data must find it. */
    EXISTING,
    /** The cluster runs and calls the member in, so it waits for that. */
    INVITED
  }

  public NodeConfig {
    requireNonNull(name, "name");
    requireNonNull(dataDirectory, "dataDirectory");
    requireNonNull(storage, "storage");
    requireNonNull(warningApplyDuration, "warningApplyDuration");
    requireNonNull(space, "space");
    requireNonNull(access, "access");
    members = List.copyOf(members);
    clientUrls = List.copyOf(clientUrls);
    peerListen = List.copyOf(peerListen);
  }

  /** How long a request waits for its outcome. Source: etcd's {@code ReqTimeout}. */
  long requestTimeoutMs() {
    return 5000 + 2L * electionTimeoutMs;
  }

  /** Source: etcd's {@code minTTL}: a lease must outlive an election. */
  long minLeaseTtlSeconds() {
    return (3L * electionTimeoutMs / 2 + 999) / 1000;
  }

  /** The URL of a member that is reached at this host and port. */
  String peerUrl(String address) {
    return (peerTls == null ? "http://" : "https://") + address;
  }

  boolean alone() {
    return members.size() == 1;
  }

  boolean invited() {
    return beginning == Beginning.INVITED;
  }
}
