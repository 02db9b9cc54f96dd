package io.metastore.core.node;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A queue that is fair between lanes, and within a lane between the sources of its tasks: the lanes
 * are served in turn, each with one task, and so are the sources of a lane. A lane with many tasks
 * delays another lane by one task at a time. If there is no room for a task, the lane or source
 * with the most tasks gives up its newest one, provided that it has at least two more. Guarded by
 * itself.
 *
 * @param <T> the tasks
 */
final class FairQueue<T> {
  private final int laneMax;
  private final int waitingMax;

  /** The lane to serve next comes first; no lane is empty. */
  private final Map<String, Lane<T>> lanes = new LinkedHashMap<>();

  private int waiting;

  /**
   * @param laneMax maximum number of tasks waiting in one lane
   * @param waitingMax maximum number of tasks waiting in all lanes
   */
  FairQueue(int laneMax, int waitingMax) {
    this.laneMax = laneMax;
    this.waitingMax = waitingMax;
  }

  /**
   * Adds a task.
   *
   * @return the task that there is no room for: the given one, or one that has waited; null if
   *     there is room for all
   */
  synchronized @Nullable T offer(String lane, String source, T task) {
    Lane<T> known = lanes.get(lane);
    Lane<T> own = known == null ? new Lane<>() : known;
    T dropped = null;
    if (own.size == laneMax || waiting == waitingMax) {
      dropped = dropFor(own, source);
      if (dropped == null) {
        return task;
      }
      waiting--;
    }
    own.add(source, task);
    lanes.putIfAbsent(lane, own);
    waiting++;
    return dropped;
  }

  private @Nullable T dropFor(Lane<T> own, String source) {
    if (own.size < laneMax) {
      Lane<T> longest =
          lanes.values().stream().max(Comparator.comparingInt(lane -> lane.size)).orElse(own);
      if (longest.size >= own.size + 2) {
        return longest.dropNewest(0);
      }
    }
    return own.dropNewest(own.sizeOf(source) + 2);
  }

  /** Removes the next task; null if there is none. */
  synchronized @Nullable T poll() {
    Iterator<Map.Entry<String, Lane<T>>> next = lanes.entrySet().iterator();
    if (!next.hasNext()) {
      return null;
    }
    Map.Entry<String, Lane<T>> lane = next.next();
    next.remove();
    T task = lane.getValue().poll();
    waiting--;
    if (!lane.getValue().isEmpty()) {
      lanes.put(lane.getKey(), lane.getValue()); // the lane moves to the end
    }
    return task;
  }

  /** The tasks of one lane. */
  private static final class Lane<T> {
    /** The source to serve next comes first; no source is empty. */
    private final Map<String, Deque<T>> sources = new LinkedHashMap<>();

    private int size;

    boolean isEmpty() {
      return size == 0;
    }

    int sizeOf(String source) {
      Deque<T> tasks = sources.get(source);
      return tasks == null ? 0 : tasks.size();
    }

    void add(String source, T task) {
      sources.computeIfAbsent(source, first -> new ArrayDeque<>()).add(task);
      size++;
    }

    T poll() {
      Map.Entry<String, Deque<T>> source = sources.entrySet().iterator().next();
      sources.remove(source.getKey());
      if (source.getValue().size() > 1) {
        sources.put(source.getKey(), source.getValue()); // the source moves to the end
      }
      size--;
      return source.getValue().remove();
    }

    /** Removes the newest task of the source with the most; null if it has fewer than this many. */
    @Nullable T dropNewest(int tasksMin) {
      Map.Entry<String, Deque<T>> longest = null;
      for (Map.Entry<String, Deque<T>> source : sources.entrySet()) {
        if (longest == null || source.getValue().size() > longest.getValue().size()) {
          longest = source;
        }
      }
      if (longest == null || longest.getValue().size() < tasksMin) {
        return null;
      }
      T dropped = longest.getValue().removeLast();
      if (longest.getValue().isEmpty()) {
        sources.remove(longest.getKey());
      }
      size--;
      return dropped;
    }
  }
}
