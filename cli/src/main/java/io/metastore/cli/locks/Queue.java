package io.metastore.cli.locks;

import io.metastore.api.v1.Place;
import io.metastore.api.v1.WatchLockResponse;
import io.metastore.client.Locks;
import io.metastore.client.QueueListener;
import io.metastore.client.QueueWatch;
import java.util.Collection;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A lock's queue as seen by one client: first how many requests are ahead of its own, then whether
 * its own request is still queued. All state is guarded by this.
 */
final class Queue implements AutoCloseable {
  private final Locks locks;
  private final String lock;
  private final long clientId;
  private final TreeMap<Long, Place> places = new TreeMap<>();
  private final CompletableFuture<String> gone = new CompletableFuture<>();
  private Consumer<String> wait = text -> {};
  private String told = "";
  private long heldToken;
  private @Nullable QueueWatch watch;

  Queue(Locks locks, String lock, long clientId) {
    this.locks = locks;
    this.lock = lock;
    this.clientId = clientId;
  }

  /** Reports how many requests are ahead, now and on every change. */
  synchronized void tellWait(Consumer<String> listener) {
    wait = listener;
    watch();
  }

  /** Completes when the request with this token is no longer in the queue. */
  synchronized CompletableFuture<String> gone(long token) {
    wait = text -> {};
    heldToken = token;
    watch();
    return gone;
  }

  @Override
  public synchronized void close() {
    if (watch != null) {
      watch.close();
    }
  }

  // Starts a new watch for each call, so that its first message is the current queue.
  private void watch() {
    close();
    watch = locks.watch(lock, new Changes());
  }

  private synchronized void changed(WatchLockResponse queue, boolean whole) {
    if (whole) {
      places.clear();
    }
    for (Place place : queue.getPlacesList()) {
      if (place.getState() == Place.State.GONE) {
        places.remove(place.getToken());
      } else {
        places.put(place.getToken(), place);
      }
    }
    if (heldToken != 0 && !places.containsKey(heldToken)) {
      gone.complete("its place in the queue was deleted");
    }
    if (heldToken == 0) {
      tellWhoIsInFront();
    }
  }

  private void tellWhoIsInFront() {
    Place own =
        places.values().stream()
            .filter(place -> place.getClientId() == clientId)
            .findFirst()
            .orElse(null);
    if (own == null) {
      return;
    }
    var inFront = places.headMap(own.getToken()).values();
    String text =
        String.format(
            "waiting for %s behind %d %s; %s",
            lock, inFront.size(), inFront.size() == 1 ? "other" : "others", holders(inFront));
    if (!inFront.isEmpty() && !text.equals(told)) {
      told = text;
      wait.accept(text);
    }
  }

  private static String holders(Collection<Place> places) {
    if (places.stream().anyMatch(place -> place.getState() == Place.State.DELAYED)) {
      return "its holder died, and the lock-delay has not passed yet";
    }
    return "held by "
        + places.stream()
            .filter(place -> place.getState() == Place.State.HELD)
            .map(
                place -> place.getLabel().isEmpty() ? "a client without a label" : place.getLabel())
            .collect(Collectors.joining(", "));
  }

  /** Receives the messages of the watch. */
  private final class Changes implements QueueListener {
    @Override
    public void changed(WatchLockResponse queue, boolean whole) {
      Queue.this.changed(queue, whole);
    }

    @Override
    public void ended(Throwable failure) {
      // No permission to watch the queue, or the server cannot: a loss is still reported by the
      // session.
    }
  }
}
