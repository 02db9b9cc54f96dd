package io.metastore.adapter.metastore;

import io.metastore.core.api.SessionEvent;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.TreeListener;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The watches of znodes by calls of the native API on this member. Thread-safe. */
final class ZnodeWatches implements TreeListener {
  private final Map<String, Set<ZnodeWatchCall>> byPath = new ConcurrentHashMap<>();

  /** Written by the apply thread. */
  private volatile long announced;

  void add(String path, ZnodeWatchCall watch) {
    byPath.compute(
        path,
        (same, watches) -> {
          Set<ZnodeWatchCall> all = watches == null ? ConcurrentHashMap.newKeySet() : watches;
          all.add(watch);
          return all;
        });
  }

  void remove(String path, ZnodeWatchCall watch) {
    byPath.computeIfPresent(
        path,
        (same, watches) -> {
          watches.remove(watch);
          return watches.isEmpty() ? null : watches;
        });
  }

  /**
   * The revision of the newest changes that were announced. They may be announced before they can
   * be read, so a watch that was added later has missed changes up to this revision, although the
   * store's revision is smaller.
   */
  long announced() {
    return announced;
  }

  @Override
  public void applied(long revision, List<TreeEvent> events, List<SessionEvent> sessions) {
    announced = revision; // before the watches are looked up
    if (byPath.isEmpty()) {
      return;
    }
    for (TreeEvent event : events) {
      for (String path = event.path(); ; path = parent(path)) {
        boolean exact = path.length() == event.path().length();
        byPath
            .getOrDefault(path, Set.of())
            .forEach(
                watch -> {
                  if (exact || watch.recursive()) {
                    watch.seen(event);
                  }
                });
        if (path.length() <= 1) {
          break;
        }
      }
    }
  }

  @Override
  public void reset() {
    byPath.values().forEach(watches -> watches.forEach(ZnodeWatchCall::lostEvents));
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(1, path.lastIndexOf('/')));
  }
}
