package io.metastore.compat.jetcd;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.get;
import static io.metastore.compat.jetcd.Jetcd.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.election.NoLeaderException;
import io.etcd.jetcd.election.NotLeaderException;
import io.etcd.jetcd.options.PutOption;
import io.metastore.compat.process.Await;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ElectionTest extends JetcdSuite {
  private static final long TTL_S = 600;

  @Test
  void aCandidateIsAKeyBelowTheElectionsNameWithTheLeaseInItsName() throws Exception {
    long lease = grant();
    LeaderKey leader = get(campaign(lease, "v")).getLeader();
    assertThat(text(leader.getKey())).isEqualTo(own + "e/" + Long.toHexString(lease));
    assertThat(leader.getLease()).isEqualTo(lease);
    KeyValue key = all().get(0);
    assertThat(key.getCreateRevision()).isEqualTo(leader.getRevision());
    assertThat(text(key.getValue())).isEqualTo("v");
  }

  @Test
  void theNextCandidateLeadsWhenTheFirstResigns() throws Exception {
    LeaderKey first = get(campaign(grant(), "1")).getLeader();
    CompletableFuture<CampaignResponse> second = campaign(grant(), "2");
    awaitCandidates(2);
    assertThat(second).isNotDone();
    get(election().resign(first));
    get(second);
    assertThat(text(get(election().leader(name())).getKv().getValue())).isEqualTo("2");
  }

  @Test
  void theNextCandidateLeadsWhenTheFirstsLeaseEnds() throws Exception {
    long lease = grant();
    get(campaign(lease, "1"));
    CompletableFuture<CampaignResponse> second = campaign(grant(), "2");
    awaitCandidates(2);
    get(client.getLeaseClient().revoke(lease));
    get(second);
  }

  /** etcd's client-side elections create such keys. */
  @Test
  void aCandidateThatPutItsOwnKeyIsWaitedFor() throws Exception {
    ByteSequence key = bytes(own + "e/" + "1234");
    get(
        client
            .getKVClient()
            .put(key, bytes("foreign"), PutOption.builder().withLeaseId(grant()).build()));
    CompletableFuture<CampaignResponse> second = campaign(grant(), "2");
    awaitCandidates(2);
    assertThat(second).isNotDone();
    assertThat(text(get(election().leader(name())).getKv().getValue())).isEqualTo("foreign");
    get(client.getKVClient().delete(key));
    get(second);
  }

  @Test
  void repeatedCampaignKeepsItsKeyAndShowsItsNewValue() throws Exception {
    long lease = grant();
    LeaderKey first = get(campaign(lease, "1")).getLeader();
    assertThat(get(campaign(lease, "2")).getLeader().getRevision()).isEqualTo(first.getRevision());
    assertThat(text(get(election().leader(name())).getKv().getValue())).isEqualTo("2");
  }

  @Test
  void onlyTheLeaderProclaims() throws Exception {
    LeaderKey leader = get(campaign(grant(), "1")).getLeader();
    get(election().proclaim(leader, bytes("2")));
    assertThat(text(get(election().leader(name())).getKv().getValue())).isEqualTo("2");
    get(election().resign(leader));
    assertThatThrownBy(() -> get(election().proclaim(leader, bytes("3"))))
        .isInstanceOf(NotLeaderException.class);
    assertThatThrownBy(() -> get(election().leader(name()))).isInstanceOf(NoLeaderException.class);
  }

  @Test
  void anObserverSeesEveryLeaderAndProclamation() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    election()
        .observe(
            name(),
            new Election.Listener() {
              @Override
              public void onNext(LeaderResponse response) {
                seen.add(text(response.getKv().getValue()));
              }

              @Override
              public void onError(Throwable error) {
                seen.add(error.toString());
              }

              @Override
              public void onCompleted() {
                seen.add("completed");
              }
            });
    LeaderKey first = get(campaign(grant(), "1")).getLeader();
    assertNext(seen, "1");
    get(election().proclaim(first, bytes("1b")));
    assertNext(seen, "1b");
    CompletableFuture<CampaignResponse> second = campaign(grant(), "2");
    awaitCandidates(2);
    get(election().resign(first));
    get(second);
    assertNext(seen, "2");
  }

  private static void assertNext(BlockingQueue<String> seen, String value) throws Exception {
    assertThat(seen.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(value);
  }

  private Election election() {
    return client.getElectionClient();
  }

  private ByteSequence name() {
    return bytes(own + "e");
  }

  private CompletableFuture<CampaignResponse> campaign(long lease, String value) {
    return election().campaign(name(), lease, bytes(value));
  }

  private long grant() throws InterruptedException {
    return get(client.getLeaseClient().grant(TTL_S)).getID();
  }

  /** Waits until this many candidates exist, each of which is a key. */
  private void awaitCandidates(int count) throws InterruptedException {
    Await.until(count + " candidates", () -> all().size() == count);
  }
}
