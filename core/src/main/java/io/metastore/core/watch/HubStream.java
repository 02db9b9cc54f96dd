package io.metastore.core.watch;

import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.api.WatchStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A watch stream: its watchers and its queue of messages. The hub's thread adds to the queue and
 * the adapter's thread takes from it; everything else is owned by the hub's thread.
 */
final class HubStream implements WatchStream {
  /** Size of a message or event in memory, besides its keys and values. */
  private static final long MESSAGE_BYTES = 64;

  private final WatchHub hub;
  private final Runnable onMessages;
  final Map<Long, Watcher> watchers = new HashMap<>();

  /** Guarded by itself. */
  private final Deque<Queued> queue = new ArrayDeque<>();

  /** Guarded by {@link #queue}. */
  private long queuedBytes;

  /**
   * When the queue shrinks to this many bytes, the hub is notified that there is room again;
   * negative for no notification. Guarded by {@link #queue}.
   */
  private long resumeBelowBytes = -1;

  private final AtomicBoolean closed = new AtomicBoolean();

  private record Queued(WatchMessage message, long bytes) {
    int events() {
      return message instanceof WatchMessage.Events sent ? sent.events().size() : 0;
    }
  }

  HubStream(WatchHub hub, Runnable onMessages) {
    this.hub = hub;
    this.onMessages = onMessages;
  }

  @Override
  public void create(long watchId, WatchSpec spec) {
    hub.execute(() -> hub.create(this, watchId, spec));
  }

  @Override
  public void cancel(long watchId) {
    hub.execute(() -> hub.cancel(this, watchId));
  }

  @Override
  public void requestProgress() {
    hub.execute(() -> hub.progress(this));
  }

  @Override
  public @Nullable WatchMessage poll() {
    Queued taken;
    boolean resume;
    synchronized (queue) {
      taken = queue.poll();
      if (taken == null) {
        return null;
      }
      queuedBytes -= taken.bytes();
      hub.pendingEvents.add(-taken.events());
      resume = queuedBytes <= resumeBelowBytes;
      if (resume) {
        resumeBelowBytes = -1;
      }
    }
    if (resume) {
      hub.execute(() -> hub.resume(this));
    }
    return taken.message();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      hub.execute(() -> hub.closed(this));
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  /**
   * Whether events of this size may be queued; an empty queue accepts any size. If not, the hub is
   * notified when the queue has shrunk to half of the limit.
   */
  boolean hasRoom(long eventBytes, long queueBytesMax) {
    synchronized (queue) {
      if (queue.isEmpty() || queuedBytes + eventBytes <= queueBytesMax) {
        return true;
      }
      resumeBelowBytes = queueBytesMax / 2;
      return false;
    }
  }

  void add(WatchMessage message, long eventBytes) {
    boolean wasEmpty;
    synchronized (queue) {
      wasEmpty = queue.isEmpty();
      long bytes = eventBytes + MESSAGE_BYTES;
      Queued added = new Queued(message, bytes);
      queue.add(added);
      queuedBytes += bytes;
      hub.pendingEvents.add(added.events());
    }
    if (wasEmpty) {
      onMessages.run();
    }
  }

  void clear() {
    synchronized (queue) {
      queue.forEach(dropped -> hub.pendingEvents.add(-dropped.events()));
      queue.clear();
      queuedBytes = 0;
    }
  }

  /** Bytes that an event occupies in memory. */
  static long bytes(WatchEvent event) {
    long bytes = MESSAGE_BYTES + event.current().key().size() + event.current().value().size();
    return event.previous() == null ? bytes : bytes + event.previous().value().size();
  }
}
