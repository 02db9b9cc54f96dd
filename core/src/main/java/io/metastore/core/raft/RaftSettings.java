package io.metastore.core.raft;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Minimal stand-in: the helper "raftguards" replaces this file; keep its constructor and method
 * names.
 */
public record RaftSettings(
    Path storageDirectory,
    Path checkpointDirectory,
    InetSocketAddress peerListen,
    int heartbeatMs,
    int electionTimeoutMs,
    int maxRequestBytes) {

  RaftProperties toProperties() {
    RaftProperties p = new RaftProperties();
    RaftConfigKeys.Rpc.setType(p, SupportedRpcType.GRPC);
    RaftServerConfigKeys.setStorageDir(p, List.of(storageDirectory.toFile()));
    GrpcConfigKeys.Server.setHost(p, peerListen.getHostString());
    GrpcConfigKeys.Server.setPort(p, peerListen.getPort());
    GrpcConfigKeys.setFlowControlWindow(p, SizeInBytes.valueOf("4MB"));
    RaftServerConfigKeys.Rpc.setTimeoutMin(p, ms(electionTimeoutMs));
    RaftServerConfigKeys.Rpc.setTimeoutMax(p, ms(2L * electionTimeoutMs));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, ms(150));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, ms(300));
    RaftServerConfigKeys.Rpc.setRequestTimeout(p, ms(5000));
    RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(7, TimeUnit.DAYS));
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, ms(2000));
    RaftServerConfigKeys.LeaderElection.setPreVote(p, true);
    RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
    RaftServerConfigKeys.Log.Appender.setWaitTimeMin(p, ms(0));
    RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf("16MB"));
    RaftServerConfigKeys.Log.setPreallocatedSize(p, SizeInBytes.valueOf("1MB"));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 2);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, SizeInBytes.valueOf("32MB"));
    RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf("8MB"));
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, SizeInBytes.valueOf("4MB"));
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
    RaftServerConfigKeys.Log.setPurgePreservationLogNum(p, 2000);
    RaftServerConfigKeys.Log.setPurgeGap(p, 100);
    RaftServerConfigKeys.RetryCache.setExpiryTime(p, ms(5000));
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, false);
    RaftServerConfigKeys.Snapshot.setCreationGap(p, 1);
    return p;
  }

  private static TimeDuration ms(long ms) {
    return TimeDuration.valueOf(ms, TimeUnit.MILLISECONDS);
  }
}
