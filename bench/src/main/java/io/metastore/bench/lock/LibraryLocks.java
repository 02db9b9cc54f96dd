package io.metastore.bench.lock;

import io.metastore.bench.server.Endpoint;
import io.metastore.client.HeldLock;
import io.metastore.client.Lock;
import io.metastore.client.MetastoreClient;
import io.metastore.client.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Metastore's native lock service, through its Java library with one session per contender. */
final class LibraryLocks implements LockClients {
  private static final Duration TTL = Duration.ofHours(1);

  private final NativeLocks questions;
  private final List<MetastoreClient> clients;

  LibraryLocks(List<Endpoint> endpoints, int connections) {
    questions = new NativeLocks(endpoints, 1);
    clients =
        IntStream.range(0, connections)
            .mapToObj(i -> endpoints.get(i % endpoints.size()).toString())
            .map(endpoint -> MetastoreClient.builder().endpoints(endpoint).build())
            .toList();
  }

  @Override
  public Contender contender(int ordinal, String lock) throws InterruptedException {
    Session session = clients.get(ordinal % clients.size()).newSession(TTL, "bench");
    return new LibraryContender(session.lock(NativeLocks.name(lock)));
  }

  @Override
  public int queued(String lock) {
    return questions.queued(lock);
  }

  @Override
  public Counts counts() {
    // The library does not report its received messages.
    Counts all = questions.counts();
    return new Counts(all.changes(), all.logEntries(), Double.NaN);
  }

  @Override
  public void close() {
    clients.forEach(MetastoreClient::close);
    questions.close();
  }

  private static final class LibraryContender implements Contender {
    private final Lock lock;
    private volatile @Nullable HeldLock held;

    LibraryContender(Lock lock) {
      this.lock = lock;
    }

    @Override
    public CompletableFuture<Void> acquire() {
      return lock.acquireAsync().thenAccept(acquired -> held = acquired);
    }

    @Override
    public CompletableFuture<Void> release() {
      HeldLock releasing = held;
      if (releasing == null) {
        throw new IllegalStateException("not held");
      }
      return releasing
          .releaseAsync()
          .thenAccept(
              wasHeld -> {
                if (!wasHeld) {
                  throw new IllegalStateException("the lock was lost");
                }
              });
    }
  }
}
