package io.metastore.compat.faults;

import com.google.protobuf.ByteString;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.TestAuthority;
import io.metastore.tls.TestAuthority.Request;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that accept each other only with certificates. */
class PeerTlsTest {
  @TempDir Path directory;

  @Test
  void clusterAcceptsAKilledLeaderAgainWithARenewedCertificate() throws Exception {
    TestAuthority authority = new TestAuthority(directory, "authority");
    KeyFiles files = authority.issue(Request.of("member"));
    try (ClusterProcesses cluster =
        ClusterProcesses.threeWithSecurePeers(
            PeerTlsTest.class,
            "--peer-cert-file=" + files.certificate(),
            "--peer-key-file=" + files.key(),
            "--peer-trusted-ca-file=" + authority.file(),
            "--peer-client-cert-auth",
            "--peer-cert-allowed-cn=member")) {
      ServerProcess leader = cluster.leader();
      put(leader, "before");
      leader.kill();
      authority.issueInto(files, Request.of("member"));
      for (ServerProcess other : cluster.others(leader)) {
        other.awaitReady();
        put(other, "without");
      }
      leader.start();
      cluster.awaitReady();
      put(leader, "after");
    }
  }

  private static void put(ServerProcess member, String key) {
    PutRequest request = PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    KVGrpc.newBlockingStub(member.channel()).withDeadlineAfter(30, TimeUnit.SECONDS).put(request);
  }
}
