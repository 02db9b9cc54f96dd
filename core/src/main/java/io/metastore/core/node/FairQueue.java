package io.metastore.core.node;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A queue that is fair between lanes: one task of each lane runs in turn, so a lane with many tasks
 * delays another lane by one task at a time. Guarded by itself.
 */
final class FairQueue {
  private final int laneMax;
  private final int waitingMax;

  /** The lane to serve next comes first; no lane is empty. */
  private final Map<String, Queue<Runnable>> lanes = new LinkedHashMap<>();

  private int waiting;

  /**
   * @param laneMax maximum number of tasks waiting in one lane
   * @param waitingMax maximum number of tasks waiting in all lanes
   */
  FairQueue(int laneMax, int waitingMax) {
    this.laneMax = laneMax;
    this.waitingMax = waitingMax;
  }

  /** Adds a task; returns false, without adding it, if too many are waiting. */
  synchronized boolean offer(String lane, Runnable work) {
    Queue<Runnable> queue = lanes.get(lane);
    if (waiting == waitingMax || (queue != null && queue.size() == laneMax)) {
      return false;
    }
    waiting++;
    lanes.computeIfAbsent(lane, first -> new ArrayDeque<>()).add(work);
    return true;
  }

  /** Removes the next task; null if there is none. */
  synchronized @Nullable Runnable poll() {
    Iterator<Map.Entry<String, Queue<Runnable>>> next = lanes.entrySet().iterator();
    if (!next.hasNext()) {
      return null;
    }
    Map.Entry<String, Queue<Runnable>> lane = next.next();
    next.remove();
    Runnable work = lane.getValue().remove();
    waiting--;
    if (!lane.getValue().isEmpty()) {
      lanes.put(lane.getKey(), lane.getValue()); // the lane moves to the end
    }
    return work;
  }
}
