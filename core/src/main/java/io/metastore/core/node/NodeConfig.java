package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import io.metastore.core.raft.PeerListen;
import io.metastore.core.raft.PeerTls;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.storage.StorageOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a member.
 *
 * @param name human-readable name, published to the other members
 * @param members all members of the cluster as configured, including this one; once the member has
 *     data, the stored members count instead
 * @param beginning how this member came to its cluster
 * @param clientUrls URLs at which clients reach this member; published
 * @param peerListen addresses on which this member listens for other members
 * @param peerTls this member's certificates for connections between members; null for none
 * @param logDirectory directory of the Raft log and the vote; inside the data directory, or on
 *     another disk
 * @param electionTimeoutMs minimum time that a follower waits for its leader
 * @param snapshotCount number of commands after which a checkpoint is taken
 * @param catchupEntries number of log entries to keep before a checkpoint, for members that were
 *     away
 * @param maxRequestBytes maximum size of a command
 * @param responseBytesMax maximum size of an answer to a read
 * @param watchProgressIntervalMs see {@code WatchLimits}
 * @param warningApplyDuration a warning is logged if applying an entry, or a read, takes longer
 * @param space limits on the size of the tables
 * @param memberRules limits on changes of the members
 * @param corruption when the members compare their data
 * @param zookeeper published; ZooKeeper's clients find the members with it
 */
public record NodeConfig(
    long clusterId,
    long memberId,
    String name,
    List<RaftMember> members,
    Beginning beginning,
    List<String> clientUrls,
    PeerListen peerListen,
    @Nullable PeerTls peerTls,
    Path dataDirectory,
    Path logDirectory,
    int heartbeatMs,
    int electionTimeoutMs,
    long snapshotCount,
    int catchupEntries,
    int maxRequestBytes,
    long responseBytesMax,
    long watchProgressIntervalMs,
    StorageOptions storage,
    Duration warningApplyDuration,
    SpaceConfig space,
    AccessConfig access,
    MemberRules memberRules,
    CorruptionConfig corruption,
    ZookeeperServers zookeeper) {

  /** How a member comes to its cluster. */
  public enum Beginning {
    /** The cluster started with the first start of its members. */
    FOUNDED,
    /**
     * As {@link #FOUNDED}, but a member with data continues alone: it removes all other members,
     * which are lost.
     */
    FORCED,
    /**
     * The cluster is running, and has invited the member or has announced it. The member waits to
     * be contacted.
     */
    INVITED
  }

  public NodeConfig {
    requireNonNull(name, "name");
    requireNonNull(dataDirectory, "dataDirectory");
    requireNonNull(logDirectory, "logDirectory");
    requireNonNull(storage, "storage");
    requireNonNull(warningApplyDuration, "warningApplyDuration");
    requireNonNull(space, "space");
    requireNonNull(access, "access");
    requireNonNull(memberRules, "memberRules");
    requireNonNull(corruption, "corruption");
    requireNonNull(zookeeper, "zookeeper");
    members = List.copyOf(members);
    clientUrls = List.copyOf(clientUrls);
    requireNonNull(peerListen, "peerListen");
  }

  /** How long a request waits for its outcome. Source: etcd's {@code ReqTimeout}. */
  long requestTimeoutMs() {
    return 5000 + 2L * electionTimeoutMs;
  }

  /**
   * The smallest TTL of a lease, so that a lease outlives an election. Source: etcd's {@code
   * minTTL}.
   */
  long minLeaseTtlSeconds() {
    return (3L * electionTimeoutMs / 2 + 999) / 1000;
  }

  boolean alone() {
    return members.size() == 1;
  }

  boolean invited() {
    return beginning == Beginning.INVITED;
  }
}
