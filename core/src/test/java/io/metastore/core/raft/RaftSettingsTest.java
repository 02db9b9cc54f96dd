package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.apache.ratis.util.TimeDuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RaftSettingsTest {
  private static final int ETCD_MAX_REQUEST_BYTES = 3 << 19;

  /** Checks the names too: a typed setter that writes another property would go unnoticed. */
  @Test
  void setsThePropertiesByTheNamesThatRatisReads() {
    RaftProperties properties = settings(ETCD_MAX_REQUEST_BYTES).toProperties(/* alone= */ false);
    Map.ofEntries(
            Map.entry("raft.rpc.type", "io.metastore.core.raft.GuardedRpcType"),
            Map.entry("raft.server.storage.dir", "/data/raft"),
            Map.entry("raft.grpc.server.host", "localhost"),
            Map.entry("raft.grpc.server.port", "2380"),
            Map.entry("raft.server.rpc.timeout.min", "1000ms"),
            Map.entry("raft.server.rpc.timeout.max", "1500ms"),
            Map.entry("metastore.heartbeat-ms", "100"),
            Map.entry("metastore.first-election-timeout-ms", "150"),
            Map.entry("raft.server.rpc.first-election.timeout.min", "1000ms"),
            Map.entry("raft.server.rpc.first-election.timeout.max", "1500ms"),
            Map.entry("raft.server.rpc.request.timeout", "5000ms"),
            Map.entry("raft.server.close.threshold", "7day"),
            Map.entry("raft.server.leaderelection.leader.step-down.wait-time", "2000ms"),
            Map.entry("raft.server.leaderelection.pre-vote", "true"),
            Map.entry("raft.server.log.async-flush.enabled", "false"),
            Map.entry("raft.server.log.unsafe-flush.enabled", "false"),
            Map.entry("raft.server.log.corruption.policy", "EXCEPTION"),
            Map.entry("raft.server.log.append-entries.compose.enabled", "true"),
            Map.entry("raft.server.log.log-metadata.enabled", "false"),
            Map.entry("raft.server.log.force.sync.num", "128"),
            Map.entry("raft.server.log.purge.upto.snapshot.index", "true"),
            Map.entry("raft.server.log.purge.preservation.log.num", "0"),
            Map.entry("raft.server.log.purge.gap", "1"),
            Map.entry("raft.server.log.segment.cache.num.max", "1"),
            Map.entry("raft.server.retrycache.expirytime", "100ms"),
            Map.entry("raft.server.staging.catchup.gap", "50"),
            Map.entry("raft.server.staging.timeout", "10000ms"),
            Map.entry("raft.server.snapshot.auto.trigger.enabled", "false"),
            Map.entry("raft.server.snapshot.creation.gap", "1"))
        .forEach(
            (name, value) ->
                assertThat(properties.get(name, "(not set)")).as(name).isEqualTo(value));
  }

  @Test
  void ratisReadsTheIntendedValues() {
    RaftProperties properties = settings(ETCD_MAX_REQUEST_BYTES).toProperties(/* alone= */ false);
    assertThat(Log.asyncFlushEnabled(properties)).isFalse();
    assertThat(Log.unsafeFlushEnabled(properties)).isFalse();
    assertThat(Log.corruptionPolicy(properties)).isEqualTo(Log.CorruptionPolicy.EXCEPTION);
    assertThat(Log.appendEntriesComposeEnabled(properties)).isTrue();
    assertThat(Log.logMetadataEnabled(properties)).isFalse();
    assertThat(RaftServerConfigKeys.RetryCache.expiryTime(properties))
        .isEqualTo(TimeDuration.valueOf(100, TimeUnit.MILLISECONDS));
    assertThat(Rpc.timeoutMin(properties)).isEqualTo(TimeDuration.ONE_SECOND);
    assertThat(Log.Appender.waitTimeMin(properties)).isEqualTo(TimeDuration.ZERO);
    assertThat(RaftServerConfigKeys.closeThreshold(properties).toLong(TimeUnit.DAYS)).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3 << 19, 10 << 20, 100 << 20})
  void anEntryOfAFullBatchAndTheLargestRequestFits(int maxRequestBytes) {
    RaftProperties properties = settings(maxRequestBytes).toProperties(/* alone= */ false);
    long entry = (1 << 20) + (long) maxRequestBytes;
    long sent = Log.Appender.bufferByteLimit(properties).getSize();
    assertThat(sent).isGreaterThan(entry);
    // The checks of SegmentedRaftLogWorker and GrpcServicesImpl.
    assertThat(Log.writeBufferSize(properties).getSize()).isGreaterThanOrEqualTo(sent + 8);
    assertThat(GrpcConfigKeys.messageSizeMax(properties, message -> {}).getSize())
        .isGreaterThanOrEqualTo(sent + (1 << 20));
    assertThat(Log.queueByteLimit(properties).getSize()).isGreaterThan(2 * entry);
    assertThat(RaftServerConfigKeys.Write.byteLimit(properties).getSize()).isGreaterThan(2 * entry);
  }

  @Test
  void refusesTimesAndSizesThatAreNotPositive() {
    assertThatThrownBy(() -> settings(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxRequestBytes=0");
  }

  private static RaftSettings settings(int maxRequestBytes) {
    return new RaftSettings(
        Path.of("/data/raft"),
        Path.of("/data/ckpt"),
        PeerListen.loopback(2380),
        null,
        100,
        1000,
        5000,
        maxRequestBytes,
        false);
  }
}
