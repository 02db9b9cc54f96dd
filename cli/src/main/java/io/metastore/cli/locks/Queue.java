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
 * A lock's queue as one client in it sees it: before its turn who is in front, and then whether its
 * place is still there. All state is guarded by this.
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

  /** Tells how many are in front, now and whenever that changes. */
  synchronized void tellWait(Consumer<String> listener) {
    wait = listener;
    watch();
  }

  /** Done when the place with this token, which was held, is not there any more. */
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

  // Anew for each question, so that the first answer is the queue after it.
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
      return "its holder died, and nobody gets it before the lock-delay is over";
    }
    return "held by "
        + places.stream()
            .filter(place -> place.getState() == Place.State.HELD)
            .map(place -> place.getLabel().isEmpty() ? "somebody unnamed" : place.getLabel())
            .collect(Collectors.joining(", "));
  }

  /** What of a watch is heard. */
  private final class Changes implements QueueListener {
    @Override
    public void changed(WatchLockResponse queue, boolean whole) {
      Queue.this.changed(queue, whole);
    }

    @Override
    public void ended(Throwable failure) {
      // We may not look at the queue, or the server cannot show it: the session still tells of
      // losses.
    }
  }
}
