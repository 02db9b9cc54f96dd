package io.metastore.compat.curator;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.OneNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** Curator's recipes work as with ZooKeeper. Each test uses its own namespace. */
@ExtendWith(OneNode.class)
class RecipesTest {
  private static final int PATIENCE_S = 60;

  private CuratorFramework first;
  private CuratorFramework second;

  @BeforeEach
  void connect(ClusterProcesses cluster, TestInfo test) throws InterruptedException {
    String namespace = test.getTestMethod().orElseThrow().getName();
    first = client(cluster, namespace);
    second = client(cluster, namespace);
  }

  private static CuratorFramework client(ClusterProcesses cluster, String namespace)
      throws InterruptedException {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(cluster.zookeeperAddresses())
            .sessionTimeoutMs(10_000)
            .namespace(namespace)
            .retryPolicy(new ExponentialBackoffRetry(100, 5))
            .build();
    client.start();
    client.blockUntilConnected();
    return client;
  }

  @AfterEach
  void disconnect() {
    first.close();
    second.close();
  }

  @Test
  void aMutexExcludes() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    AtomicInteger done = new AtomicInteger();
    for (CuratorFramework client : List.of(first, second)) {
      for (int i = 0; i < 3; i++) {
        threads.add(
            new Thread(
                () -> {
                  try {
                    InterProcessMutex mutex = new InterProcessMutex(client, "/lock");
                    for (int round = 0; round < 5; round++) {
                      mutex.acquire();
                      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      inside.decrementAndGet();
                      mutex.release();
                      done.incrementAndGet();
                    }
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                }));
      }
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most).hasValue(1);
    assertThat(done).hasValue(30);
  }

  @Test
  void readersShareAndWritersDoNot() throws Exception {
    InterProcessReadWriteLock one = new InterProcessReadWriteLock(first, "/rw");
    InterProcessReadWriteLock two = new InterProcessReadWriteLock(second, "/rw");
    one.readLock().acquire();
    assertThat(two.readLock().acquire(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    two.readLock().release();
    assertThat(two.writeLock().acquire(100, TimeUnit.MILLISECONDS)).isFalse();
    one.readLock().release();
    assertThat(two.writeLock().acquire(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    two.writeLock().release();
  }

  @Test
  void semaphoreLimitsItsLeases() throws Exception {
    InterProcessSemaphoreV2 one = new InterProcessSemaphoreV2(first, "/semaphore", 2);
    InterProcessSemaphoreV2 two = new InterProcessSemaphoreV2(second, "/semaphore", 2);
    Lease held = one.acquire();
    Lease other = two.acquire();
    assertThat(one.acquire(100, TimeUnit.MILLISECONDS)).isNull();
    two.returnLease(other);
    assertThat(one.acquire(PATIENCE_S, TimeUnit.SECONDS)).isNotNull();
    one.returnLease(held);
  }

  @Test
  void nextCandidateLeadsAfterTheLeader() throws Exception {
    LeaderLatch one = new LeaderLatch(first, "/leader", "one");
    one.start();
    one.await();
    LeaderLatch two = new LeaderLatch(second, "/leader", "two");
    two.start();
    Await.until("both take part", () -> one.getParticipants().size() == 2);
    assertThat(two.hasLeadership()).isFalse();
    assertThat(two.getLeader().getId()).isEqualTo("one");
    one.close();
    assertThat(two.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    two.close();
  }

  @Test
  void aLostSessionLosesTheLock() throws Exception {
    InterProcessMutex mine = new InterProcessMutex(first, "/lock");
    mine.acquire();
    InterProcessMutex next = new InterProcessMutex(second, "/lock");
    CountDownLatch got = new CountDownLatch(1);
    Thread waiter =
        new Thread(
            () -> {
              try {
                next.acquire();
                got.countDown();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    waiter.start();
    first.getZookeeperClient().getZooKeeper().close(); // ends the session
    assertThat(got.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    waiter.join();
  }

  @Test
  void barriersOpenForAll() throws Exception {
    DistributedBarrier barrier = new DistributedBarrier(first, "/barrier");
    barrier.setBarrier();
    DistributedBarrier waiting = new DistributedBarrier(second, "/barrier");
    assertThat(waiting.waitOnBarrier(50, TimeUnit.MILLISECONDS)).isFalse();
    barrier.removeBarrier();
    assertThat(waiting.waitOnBarrier(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    DistributedDoubleBarrier one = new DistributedDoubleBarrier(first, "/double", 2);
    Thread other =
        new Thread(
            () -> {
              try {
                DistributedDoubleBarrier two = new DistributedDoubleBarrier(second, "/double", 2);
                two.enter();
                two.leave();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    other.start();
    assertThat(one.enter(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    assertThat(one.leave(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    other.join();
  }

  @Test
  void countersCount() throws Exception {
    DistributedAtomicLong one =
        new DistributedAtomicLong(first, "/counter", new ExponentialBackoffRetry(10, 10));
    DistributedAtomicLong two =
        new DistributedAtomicLong(second, "/counter", new ExponentialBackoffRetry(10, 10));
    for (int i = 0; i < 10; i++) {
      assertThat(one.increment().succeeded()).isTrue();
      assertThat(two.add(2L).succeeded()).isTrue();
    }
    assertThat(one.get().postValue()).isEqualTo(30);
    try (SharedCount shared = new SharedCount(first, "/shared", 5);
        SharedCount seen = new SharedCount(second, "/shared", 0)) {
      shared.start();
      seen.start();
      assertThat(seen.getCount()).isEqualTo(5);
      shared.setCount(6);
      Await.until("the other one sees it", () -> seen.getCount() == 6);
    }
  }

  @Test
  void aQueueKeepsItsOrder() throws Exception {
    SimpleDistributedQueue in = new SimpleDistributedQueue(first, "/queue");
    SimpleDistributedQueue out = new SimpleDistributedQueue(second, "/queue");
    for (int i = 0; i < 5; i++) {
      in.offer(bytes("" + i));
    }
    for (int i = 0; i < 5; i++) {
      assertThat(out.take()).isEqualTo(bytes("" + i));
    }
    assertThat(out.poll()).isNull();
  }

  @Test
  void aCacheFollowsTheTree() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    first.create().creatingParentsIfNeeded().forPath("/cached/a", bytes("1"));
    try (CuratorCache cache = CuratorCache.build(second, "/cached")) {
      cache
          .listenable()
          .addListener(
              CuratorCacheListener.builder()
                  .forCreates(node -> told.add("created " + node.getPath()))
                  .forChanges((before, after) -> told.add("changed " + after.getPath()))
                  .forDeletes(node -> told.add("deleted " + node.getPath()))
                  .build());
      cache.start();
      assertThat(next(told)).isEqualTo("created /cached");
      assertThat(next(told)).isEqualTo("created /cached/a");
      first.create().forPath("/cached/a/b");
      assertThat(next(told)).isEqualTo("created /cached/a/b");
      first.setData().forPath("/cached/a", bytes("2"));
      assertThat(next(told)).isEqualTo("changed /cached/a");
      first.delete().deletingChildrenIfNeeded().forPath("/cached/a");
      assertThat(next(told)).isEqualTo("deleted /cached/a/b");
      assertThat(next(told)).isEqualTo("deleted /cached/a");
    }
  }

  @Test
  void groupMembersHaveNodesWhileTheyLive() throws Exception {
    try (PersistentNode node =
        new PersistentNode(first, CreateMode.EPHEMERAL, false, "/me", bytes("x"))) {
      node.start();
      assertThat(node.waitForInitialCreate(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
      second.delete().forPath("/me");
      Await.until("it comes again", () -> second.checkExists().forPath("/me") != null);
    }
    GroupMember one = new GroupMember(first, "/group", "one");
    GroupMember two = new GroupMember(second, "/group", "two");
    one.start();
    two.start();
    Await.until("both are seen", () -> one.getCurrentMembers().size() == 2);
    two.close();
    Await.until("one is left", () -> one.getCurrentMembers().size() == 1);
    one.close();
  }

  @Test
  void transactionsAreAllOrNothing() throws Exception {
    first
        .transaction()
        .forOperations(
            first.transactionOp().create().forPath("/t", bytes("1")),
            first.transactionOp().create().forPath("/t/x", bytes("2")),
            first.transactionOp().setData().withVersion(0).forPath("/t", bytes("3")));
    assertThat(second.getData().forPath("/t")).isEqualTo(bytes("3"));
    assertThat(second.getChildren().forPath("/t")).containsExactly("x");
  }

  private static String next(BlockingQueue<String> told) throws InterruptedException {
    String next = told.poll(PATIENCE_S, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
