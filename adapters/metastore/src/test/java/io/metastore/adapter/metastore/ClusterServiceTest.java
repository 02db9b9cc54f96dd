package io.metastore.adapter.metastore;

import static io.metastore.adapter.metastore.NativeServer.errorOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.Consistency;
import io.metastore.api.v1.DrainRequest;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.HashUnversionedRequest;
import io.metastore.api.v1.HashUnversionedResponse;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.MembersRequest;
import io.metastore.api.v1.MembersResponse;
import io.metastore.api.v1.PutRequest;
import io.metastore.api.v1.StatusRequest;
import io.metastore.api.v1.StatusResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterServiceTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private NativeServer server;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private ClusterGrpc.ClusterBlockingStub cluster;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server = NativeServer.start(directory);
    cluster = ClusterGrpc.newBlockingStub(server.channel);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void statusShowsTheStateOfTheCalledMember() {
    long revision =
        KeyValueGrpc.newBlockingStub(server.channel)
            .put(
                PutRequest.newBuilder().setKey("/status").setValue(NativeServer.bytes("v")).build())
            .getRevision();

    StatusResponse status = cluster.status(StatusRequest.getDefaultInstance());

    assertThat(status.getClusterId()).isEqualTo(server.node().cluster().clusterId());
    assertThat(status.getMemberId()).isEqualTo(1);
    assertThat(status.getName()).isEqualTo("m1");
    assertThat(status.getVersion()).isEqualTo("0.0.1-test");
    assertThat(status.getLeaderId()).isEqualTo(1);
    assertThat(status.getTerm()).isPositive();
    assertThat(status.getRevision()).isGreaterThanOrEqualTo(revision);
    assertThat(status.getAppliedIndex()).isPositive();
    assertThat(status.getCommittedIndex()).isGreaterThanOrEqualTo(status.getAppliedIndex());
    assertThat(status.getSizeBytes()).isPositive();
    assertThat(status.getSizeInUseBytes()).isNotNegative();
  }

  @Test
  void membersAreListedWithTheLeader() {
    for (Consistency consistency :
        new Consistency[] {Consistency.LINEARIZABLE, Consistency.SERIALIZABLE}) {
      MembersResponse members =
          cluster.members(MembersRequest.newBuilder().setConsistency(consistency).build());

      assertThat(members.getLeaderId()).isEqualTo(1);
      assertThat(members.getMembersList())
          .singleElement()
          .satisfies(
              member -> {
                assertThat(member.getId()).isEqualTo(1);
                assertThat(member.getName()).isEqualTo("m1");
                assertThat(member.getPeerUrl()).startsWith("http://127.0.0.1:");
                assertThat(member.getLearner()).isFalse();
              });
    }
    MembersRequest unknown = MembersRequest.newBuilder().setConsistencyValue(9).build();
    assertThat(errorOf(() -> cluster.members(unknown)).getField()).isEqualTo("consistency");
  }

  @Test
  void theOnlyMemberCannotBeDrained() {
    assertThat(errorOf(() -> cluster.drain(DrainRequest.getDefaultInstance())).getReason())
        .isEqualTo(Reason.UNSAFE_CHANGE);
    assertThat(server.stopAsked).isFalse();
  }

  @Test
  void everyMemberIsListedWithItsHash() {
    HashUnversionedResponse hashes =
        cluster.hashUnversioned(HashUnversionedRequest.getDefaultInstance());
    assertThat(hashes.getIndex()).isPositive();
    assertThat(hashes.getMembersList())
        .singleElement()
        .satisfies(
            member -> {
              assertThat(member.getMemberId()).isEqualTo(1);
              assertThat(member.hasHash()).isTrue();
              assertThat(member.getMissing()).isEmpty();
            });
  }
}
