package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitialClusterTest {

  /** IDs logged by etcd 3.7.3 for these flags. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default=http://localhost:2380 | etcd-cluster | 8e9e05c52164694d | cdf818194e3a8c32",
        "default=http://127.0.0.1:32380 | etcd-cluster | 628170c800dbcee | babc9795b64f03e3"
      })
  void idsEqualThoseOfEtcd(String cluster, String token, String memberId, String clusterId) {
    InitialCluster parsed = InitialCluster.parse(cluster, token, InitialCluster.State.NEW);
    assertThat(Long.toHexString(parsed.members().get(0).id())).isEqualTo(memberId);
    assertThat(Long.toHexString(parsed.id())).isEqualTo(clusterId);
  }

  @Test
  void idsOfThreeMembersEqualThoseOfEtcd() {
    InitialCluster parsed =
        InitialCluster.parse(
            "m1=http://127.0.0.1:21480,m2=http://127.0.0.1:21481,"
                + "m3=http://127.0.0.1:21483,m3=http://127.0.0.1:21482",
            "tok",
            InitialCluster.State.NEW);
    assertThat(parsed.members())
        .extracting(member -> Long.toHexString(member.id()))
        .containsExactly("17bad4cb7ea34e77", "a74d883b602e15af", "f31b71eea496dabf");
    assertThat(Long.toHexString(parsed.id())).isEqualTo("75d5bdee740f0ccf");
  }
}
