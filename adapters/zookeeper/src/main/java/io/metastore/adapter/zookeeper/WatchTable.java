package io.metastore.adapter.zookeeper;

import io.metastore.core.api.TreeEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The watches of all connections of one member. They are removed with their connection; clients set
 * them again when they reconnect.
 *
 * <p>Thread-safe: the apply thread reports changes before they can be read; event loops arm watches
 * after they have read.
 */
final class WatchTable {
  /** By path and watcher, a set of {@link WatchKind}s as bits. */
  private final Map<String, Map<Watcher, Integer>> byPath = new HashMap<>();

  private final Map<Watcher, Set<String>> paths = new HashMap<>();
  private int recursive;
  private long lastEvent;

  /** A watch to arm. */
  record Watch(WatchKind kind, String path) {}

  /**
   * Arms watches after a read of the tree.
   *
   * @param readAt the revision of the read
   * @return false if there were changes since; nothing is armed, and the caller must read again
   */
  synchronized boolean arm(Watcher watcher, Collection<Watch> watches, long readAt) {
    if (lastEvent > readAt) {
      return false;
    }
    for (Watch watch : watches) {
      Map<Watcher, Integer> watchers =
          byPath.computeIfAbsent(watch.path(), absent -> new HashMap<>(2));
      int before = watchers.getOrDefault(watcher, 0);
      watchers.put(watcher, before | watch.kind().bit());
      paths.computeIfAbsent(watcher, absent -> new HashSet<>()).add(watch.path());
      if (watch.kind() == WatchKind.RECURSIVE && (before & WatchKind.RECURSIVE.bit()) == 0) {
        recursive++;
      }
    }
    return true;
  }

  /** The kinds of watches of a watcher on a path, as bits. */
  synchronized int kinds(Watcher watcher, String path) {
    return byPath.getOrDefault(path, Map.of()).getOrDefault(watcher, 0);
  }

  /**
   * Removes a watcher's watches of the given kinds on a path.
   *
   * @return whether there were any
   */
  synchronized boolean disarm(Watcher watcher, String path, int kinds) {
    boolean had = (kinds(watcher, path) & kinds) != 0;
    remove(watcher, path, kinds);
    Set<String> watched = paths.get(watcher);
    if (watched != null && kinds(watcher, path) == 0) {
      watched.remove(path);
    }
    return had;
  }

  /** Removes all watches of a watcher. */
  synchronized void forget(Watcher watcher) {
    Set<String> watched = paths.remove(watcher);
    if (watched != null) {
      watched.forEach(path -> remove(watcher, path, ~0));
    }
  }

  /** Notifies watchers of changes, in order. Called by the apply thread. */
  synchronized void applied(long revision, List<TreeEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    lastEvent = revision;
    for (TreeEvent event : events) {
      if (!byPath.isEmpty()) {
        watchersOf(event).forEach(watcher -> watcher.seen(event));
      }
    }
  }

  /** The number of watches, and of the connections and paths that have some. */
  synchronized Counts counts() {
    int watches = 0;
    for (Map<Watcher, Integer> watchers : byPath.values()) {
      watches += watchers.size();
    }
    return new Counts(paths.size(), byPath.size(), watches);
  }

  /** The watched paths, in order, with the sessions that watch them. */
  synchronized Map<String, Set<Long>> sessionsByPath() {
    Map<String, Set<Long>> sessions = new TreeMap<>();
    byPath.forEach(
        (path, watchers) ->
            sessions.put(
                path,
                watchers.keySet().stream()
                    .map(Watcher::session)
                    .collect(Collectors.toCollection(TreeSet::new))));
    return sessions;
  }

  record Counts(int connections, int paths, int watches) {}

  /** The watchers of an event, each once. One-time watches are removed. */
  private Set<Watcher> watchersOf(TreeEvent event) {
    int once =
        switch (event.kind()) {
          case CREATED, DATA_CHANGED -> WatchKind.DATA.bit();
          case DELETED -> WatchKind.DATA.bit() | WatchKind.CHILDREN.bit();
          case CHILDREN_CHANGED -> WatchKind.CHILDREN.bit();
        };
    Set<Watcher> found = new LinkedHashSet<>();
    Map<Watcher, Integer> here = byPath.get(event.path());
    if (here != null) {
      List<Watcher> served = new ArrayList<>();
      here.forEach(
          (watcher, kinds) -> {
            if ((kinds & (once | WatchKind.PERSISTENT.bit())) != 0) {
              found.add(watcher);
            }
            if ((kinds & once) != 0) {
              served.add(watcher);
            }
          });
      served.forEach(watcher -> disarm(watcher, event.path(), once));
    }
    if (recursive > 0 && event.kind() != TreeEvent.Kind.CHILDREN_CHANGED) {
      addRecursive(event.path(), found);
    }
    return found;
  }

  private void addRecursive(String eventPath, Set<Watcher> found) {
    for (String path = eventPath; ; path = parent(path)) {
      byPath
          .getOrDefault(path, Map.of())
          .forEach(
              (watcher, kinds) -> {
                if ((kinds & WatchKind.RECURSIVE.bit()) != 0) {
                  found.add(watcher);
                }
              });
      if (path.length() <= 1) {
        return;
      }
    }
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(1, path.lastIndexOf('/')));
  }

  private void remove(Watcher watcher, String path, int kinds) {
    Map<Watcher, Integer> watchers = byPath.get(path);
    Integer before = watchers == null ? null : watchers.get(watcher);
    if (watchers == null || before == null) {
      return;
    }
    int left = before & ~kinds;
    if ((before & ~left & WatchKind.RECURSIVE.bit()) != 0) {
      recursive--;
    }
    if (left != 0) {
      watchers.put(watcher, left);
      return;
    }
    watchers.remove(watcher);
    if (watchers.isEmpty()) {
      byPath.remove(path);
    }
  }
}
