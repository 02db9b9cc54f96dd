package io.metastore.bench.faults.metastore;

import io.metastore.api.v1.Event;
import io.metastore.api.v1.WatchRequest;
import io.metastore.bench.faults.testbed.Await;
import io.metastore.client.MetastoreClient;
import io.metastore.client.Watch;
import io.metastore.client.WatchListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A watch of all keys that are paths, with its events. Thread-safe. */
final class RecordedWatch implements WatchListener, AutoCloseable {
  private final Watch watch;

  // The fields below are guarded by this.
  private final List<Event> events = new ArrayList<>();
  private long revision;
  private @Nullable Throwable end;

  RecordedWatch(MetastoreClient client, long startRevision) {
    revision = startRevision - 1;
    watch =
        client
            .keyValue()
            .watch(
                WatchRequest.newBuilder().setSubtree("/").setStartRevision(startRevision).build(),
                this);
  }

  @Override
  public synchronized void changed(long upTo, List<Event> more) {
    events.addAll(more);
    revision = upTo;
  }

  @Override
  public synchronized void ended(Throwable failure) {
    end = failure;
  }

  /** Everything that happened up to a revision that changed something. */
  Timeline upTo(long last) throws InterruptedException {
    Await.until("events up to revision " + last, () -> hasTold(last));
    synchronized (this) {
      return Timeline.of(events);
    }
  }

  /** The revision up to which all events have arrived. */
  synchronized long revision() {
    return revision;
  }

  /** The events so far. */
  synchronized List<Event> events() {
    return List.copyOf(events);
  }

  private synchronized boolean hasTold(long last) {
    if (end != null) {
      throw new IllegalStateException("the watch ended at revision " + revision, end);
    }
    return revision >= last;
  }

  @Override
  public void close() {
    watch.close();
  }
}
