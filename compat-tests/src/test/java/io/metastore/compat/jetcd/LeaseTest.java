package io.metastore.compat.jetcd;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.get;
import static io.metastore.compat.jetcd.Jetcd.refusal;
import static io.metastore.compat.jetcd.Jetcd.text;
import static io.metastore.compat.jetcd.Jetcd.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.support.Observers;
import io.metastore.compat.process.Await;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseTest extends JetcdSuite {
  private static final long LONG_TTL_S = 600;

  /** The shortest TTL that a server with etcd's default election timeout grants. */
  private static final long SHORT_TTL_S = 2;

  @Test
  void keyShowsItsLease() throws Exception {
    long lease = grant(LONG_TTL_S);
    putWith(lease, "a");
    assertThat(all()).extracting(KeyValue::getLease).containsExactly(lease);
  }

  @Test
  void aRevokedLeaseTakesItsKeysInOneRevision() throws Exception {
    long lease = grant(LONG_TTL_S);
    putWith(lease, "a");
    putWith(lease, "b");
    long before = put("c", "3");
    long after = get(client.getLeaseClient().revoke(lease)).getHeader().getRevision();
    assertThat(after).isEqualTo(before + 1);
    assertThat(texts(all())).containsExactly(own + "c=3");
  }

  @Test
  void anExpiredLeaseTakesItsKeys() throws Exception {
    long lease = grant(SHORT_TTL_S);
    WatchOption deletions = WatchOption.builder().withCreateNotify(true).withNoPut(true).build();
    try (Watching watch = Watching.begin(client, own + "a", deletions)) {
      assertThat(watch.nextResponse().isCreatedNotify()).isTrue();
      putWith(lease, "a");
      assertThat(watch.next(1)).containsExactly("DELETE " + own + "a=");
    }
    assertThat(left(lease).getTTL()).isEqualTo(-1);
  }

  @Test
  void aLeaseThatIsKeptAliveOutlivesItsTime() throws Exception {
    long lease = grant(SHORT_TTL_S);
    putWith(lease, "a");
    // jetcd renews after every third of the TTL, so seven replies take more than twice the TTL.
    CountDownLatch renewed = new CountDownLatch(7);
    CloseableClient keeping =
        client
            .getLeaseClient()
            .keepAlive(
                lease, Observers.observer((LeaseKeepAliveResponse told) -> renewed.countDown()));
    assertThat(renewed.await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(texts(all())).containsExactly(own + "a=v");
    keeping.close();
  }

  @Test
  void renewalReturnsTheFullTtl() throws Exception {
    long lease = grant(LONG_TTL_S);
    LeaseKeepAliveResponse answer = get(client.getLeaseClient().keepAliveOnce(lease));
    assertThat(answer.getID()).isEqualTo(lease);
    assertThat(answer.getTTL()).isEqualTo(LONG_TTL_S);
  }

  @Test
  void remainingTimeOfALeaseIsReturned() throws Exception {
    long lease = grant(LONG_TTL_S);
    putWith(lease, "a");
    LeaseTimeToLiveResponse answer = left(lease);
    assertThat(answer.getGrantedTTL()).isEqualTo(LONG_TTL_S);
    assertThat(answer.getTTL()).isBetween(1L, LONG_TTL_S);
    assertThat(answer.getKeys().stream().map(Jetcd::text)).containsExactly(own + "a");
  }

  @Test
  void anUnknownLeaseHasNothingLeft() throws Exception {
    assertThat(left(7_777_777).getTTL()).isEqualTo(-1);
  }

  @Test
  void anUnknownLeaseIsNotRevoked() throws Exception {
    assertThat(refusal(client.getLeaseClient().revoke(7_777_777)))
        .isEqualTo("NOT_FOUND: etcdserver: requested lease not found");
  }

  @Test
  void keyCannotBePutOnAnUnknownLease() throws Exception {
    PutOption onNoLease = PutOption.builder().withLeaseId(7_777_777).build();
    assertThat(refusal(client.getKVClient().put(bytes(own + "a"), bytes("v"), onNoLease)))
        .isEqualTo("NOT_FOUND: etcdserver: requested lease not found");
  }

  @Test
  void aKeyThatIsPutWithoutTheLeaseLeavesIt() throws Exception {
    long lease = grant(LONG_TTL_S);
    putWith(lease, "a");
    put("a", "kept");
    get(client.getLeaseClient().revoke(lease));
    assertThat(texts(all())).containsExactly(own + "a=kept");
  }

  @Test
  void aKeyMovesToTheLeaseOfItsLastPut() throws Exception {
    long first = grant(LONG_TTL_S);
    long second = grant(LONG_TTL_S);
    putWith(first, "a");
    putWith(second, "a");
    get(client.getLeaseClient().revoke(first));
    assertThat(all()).extracting(pair -> text(pair.getKey())).containsExactly(own + "a");
    get(client.getLeaseClient().revoke(second));
    assertThat(all()).isEmpty();
  }

  private long grant(long ttlS) throws InterruptedException {
    return get(client.getLeaseClient().grant(ttlS)).getID();
  }

  private void putWith(long lease, String key) throws InterruptedException {
    PutOption onLease = PutOption.builder().withLeaseId(lease).build();
    get(client.getKVClient().put(bytes(own + key), bytes("v"), onLease));
  }

  private LeaseTimeToLiveResponse left(long lease) throws InterruptedException {
    LeaseOption withKeys = LeaseOption.builder().withAttachedKeys().build();
    return get(client.getLeaseClient().timeToLive(lease, withKeys));
  }
}
