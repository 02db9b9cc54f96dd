package io.metastore.compat.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import io.metastore.etcdapi.etcdserverpb.ClusterGrpc;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.Member;
import io.metastore.etcdapi.etcdserverpb.MemberListRequest;
import io.metastore.etcdapi.etcdserverpb.MemberUpdateRequest;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.TestAuthority;
import io.metastore.tls.TestAuthority.Request;
import java.nio.file.Path;
import java.util.List;
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

  /** etcd's way: new URLs first, then a restart with them. */
  @Test
  void clusterMovesToHttpsMemberByMemberWhileItServes() throws Exception {
    TestAuthority authority = new TestAuthority(directory, "authority");
    KeyFiles files = authority.issue(Request.of("member"));
    try (ClusterProcesses cluster =
        ClusterProcesses.three(
            PeerTlsTest.class,
            "--peer-cert-file=" + files.certificate(),
            "--peer-key-file=" + files.key(),
            "--peer-trusted-ca-file=" + authority.file(),
            "--peer-client-cert-auth")) {
      for (ServerProcess member : cluster.members()) {
        put(member, "before " + member.name());
        String url = member.peerUrl().replace("http:", "https:");
        assertThat(moved(member, url)).contains(url);
        member.terminate();
        for (ServerProcess other : cluster.others(member)) {
          put(other, "meanwhile " + member.name() + other.name());
        }
        member.addFlags("--listen-peer-urls=" + url);
        member.start();
        cluster.awaitReady();
        put(member, "after " + member.name());
      }
      cluster.leader().kill();
      for (ServerProcess member : cluster.members()) {
        if (member.isAlive()) {
          put(member, "at last " + member.name());
          assertThat(peerUrls(member)).hasSize(3).allMatch(url -> url.startsWith("https:"));
        }
      }
    }
  }

  /** Changes the peer URL of a member at that member; returns all peer URLs afterwards. */
  private static List<String> moved(ServerProcess member, String url) {
    MemberUpdateRequest update =
        MemberUpdateRequest.newBuilder()
            .setID(member.status().getHeader().getMemberId())
            .addPeerURLs(url)
            .build();
    return urls(
        ClusterGrpc.newBlockingStub(member.channel())
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .memberUpdate(update)
            .getMembersList());
  }

  private static List<String> peerUrls(ServerProcess member) {
    return urls(
        ClusterGrpc.newBlockingStub(member.channel())
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .memberList(MemberListRequest.getDefaultInstance())
            .getMembersList());
  }

  private static List<String> urls(List<Member> members) {
    return members.stream().flatMap(member -> member.getPeerURLsList().stream()).toList();
  }

  private static void put(ServerProcess member, String key) {
    PutRequest request = PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    KVGrpc.newBlockingStub(member.channel()).withDeadlineAfter(30, TimeUnit.SECONDS).put(request);
  }
}
