package io.metastore.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that discover each other through another cluster, here a single member. */
@Timeout(120)
class EtcdDiscoveryTest {
  @TempDir Path directory;

  private final int registryPort = ServerProcess.freePort();
  private ServerProcess registry;

  @BeforeEach
  void startRegistry() throws Exception {
    registry =
        ServerProcess.start(
            Map.of(),
            ServerProcess.alone(
                directory.resolve("registry"), registryPort, ServerProcess.freePort()));
    registry.awaitLine("ready to serve client requests");
  }

  @AfterEach
  void stopRegistry() {
    registry.close();
  }

  @Test
  void membersFormAClusterWhenAllHaveRegisteredAndRefuseOthers() throws Exception {
    put("/_etcd/registry/t/_config/size", "2");
    try (ServerProcess first = start("m1", "t");
        ServerProcess second = start("m2", "t")) {
      String one = clusterId(first);
      assertThat(clusterId(second)).isEqualTo(one);
      first.awaitLine("ready to serve client requests");
      second.awaitLine("ready to serve client requests");
      try (ServerProcess late = start("m3", "t")) {
        assertThat(late.awaitExit()).isEqualTo(1);
        assertThat(late.lines).anyMatch(line -> line.contains("discovery: cluster is full"));
      }
    }
  }

  @Test
  void withoutASizeTheMemberDoesNotStart() throws Exception {
    try (ServerProcess server = start("m1", "unknown")) {
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.lines)
          .anyMatch(
              line ->
                  line.contains("\"msg\":\"discovery failed\"")
                      && line.contains("discovery: size key not found"));
    }
  }

  private static String clusterId(ServerProcess server) throws Exception {
    return server
        .awaitLine("starting an etcd server")
        .replaceAll(".*\"cluster-id\":\"(\\w+)\".*", "$1");
  }

  private ServerProcess start(String name, String token) throws Exception {
    String client = "http://127.0.0.1:" + ServerProcess.freePort();
    String peer = "http://127.0.0.1:" + ServerProcess.freePort();
    return ServerProcess.start(
        Map.of(),
        "--name=" + name,
        "--data-dir=" + directory.resolve(name),
        "--listen-client-urls=" + client,
        "--advertise-client-urls=" + client,
        "--listen-peer-urls=" + peer,
        "--initial-advertise-peer-urls=" + peer,
        "--discovery-endpoints=http://127.0.0.1:" + registryPort,
        "--discovery-token=" + token);
  }

  private void put(String key, String value) {
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + registryPort, InsecureChannelCredentials.create())
            .build();
    var unused =
        KVGrpc.newBlockingStub(channel)
            .put(
                PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(key))
                    .setValue(ByteString.copyFromUtf8(value))
                    .build());
    var closing = channel.shutdownNow();
    assertThat(closing.isShutdown()).isTrue();
  }
}
