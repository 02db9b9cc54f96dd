package io.metastore.compat.jetcd;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.get;
import static io.metastore.compat.jetcd.Jetcd.refusal;
import static io.metastore.compat.jetcd.Jetcd.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.lock.LockResponse;
import io.metastore.compat.process.Await;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LockTest extends JetcdSuite {
  private static final long TTL_S = 600;

  @Test
  void aLockIsAKeyBelowItsNameWithTheLeaseInItsName() throws Exception {
    long lease = grant();
    ByteSequence key = get(lock("l", lease)).getKey();
    assertThat(text(key)).isEqualTo(own + "l/" + Long.toHexString(lease));
    assertThat(all()).extracting(KeyValue::getKey).containsExactly(key);
    assertThat(all()).extracting(KeyValue::getLease).containsExactly(lease);
  }

  @Test
  void holderCanLockAgain() throws Exception {
    long lease = grant();
    ByteSequence first = get(lock("l", lease)).getKey();
    assertThat(get(lock("l", lease)).getKey()).isEqualTo(first);
  }

  @Test
  void secondGetsTheLockWhenTheFirstReleasesIt() throws Exception {
    ByteSequence first = get(lock("l", grant())).getKey();
    CompletableFuture<LockResponse> second = lock("l", grant());
    awaitQueue(2);
    assertThat(second).isNotDone();
    get(client.getLockClient().unlock(first));
    assertThat(all()).extracting(KeyValue::getKey).containsExactly(get(second).getKey());
  }

  @Test
  void secondGetsTheLockWhenTheFirstsLeaseEnds() throws Exception {
    long lease = grant();
    get(lock("l", lease));
    CompletableFuture<LockResponse> second = lock("l", grant());
    awaitQueue(2);
    get(client.getLeaseClient().revoke(lease));
    assertThat(all()).extracting(KeyValue::getKey).containsExactly(get(second).getKey());
  }

  @Test
  void theQueueKeepsItsOrder() throws Exception {
    ByteSequence first = get(lock("l", grant())).getKey();
    CompletableFuture<LockResponse> second = lock("l", grant());
    awaitQueue(2);
    CompletableFuture<LockResponse> third = lock("l", grant());
    awaitQueue(3);
    get(client.getLockClient().unlock(first));
    ByteSequence secondKey = get(second).getKey();
    assertThat(third).isNotDone();
    get(client.getLockClient().unlock(secondKey));
    get(third);
  }

  @Test
  void oneWhoseLeaseEndsLeavesTheQueue() throws Exception {
    ByteSequence first = get(lock("l", grant())).getKey();
    long leaving = grant();
    CompletableFuture<LockResponse> second = lock("l", leaving);
    awaitQueue(2);
    CompletableFuture<LockResponse> third = lock("l", grant());
    awaitQueue(3);
    get(client.getLeaseClient().revoke(leaving));
    get(client.getLockClient().unlock(first));
    get(third);
    assertThat(refusal(second)).contains("session is expired");
  }

  @Test
  void locksOfOtherNamesAreFree() throws Exception {
    long lease = grant();
    get(lock("l", lease));
    get(lock("m", lease));
  }

  @Test
  void aLockWithoutALeaseGetsOne() throws Exception {
    ByteSequence key = get(lock("l", 0)).getKey();
    assertThat(all()).hasSize(1).allMatch(pair -> pair.getLease() != 0);
    get(client.getLockClient().unlock(key));
    assertThat(all()).isEmpty();
  }

  @Test
  void unlockingAFreeLockIsNotAnError() throws Exception {
    get(client.getLockClient().unlock(bytes(own + "l/77")));
  }

  private CompletableFuture<LockResponse> lock(String name, long lease) {
    return client.getLockClient().lock(bytes(own + name), lease);
  }

  private long grant() throws InterruptedException {
    return get(client.getLeaseClient().grant(TTL_S)).getID();
  }

  /** Waits until this many requests hold or wait for the lock; each is a key. */
  private void awaitQueue(int length) throws InterruptedException {
    Await.until(length + " in the queue", () -> all().size() == length);
  }
}
