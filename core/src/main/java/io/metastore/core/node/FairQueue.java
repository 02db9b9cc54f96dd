package io.metastore.core.node;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits in lanes, which take turns: a lane with much work delays the others by one piece
 * at a time. Guarded by itself.
 */
final class FairQueue {
  private final int laneMax;
  private final int waitingMax;

  /** The lane whose turn it is comes first; none is empty. */
  private final Map<String, Queue<Runnable>> lanes = new LinkedHashMap<>();

  private int waiting;

  /**
   * @param laneMax how much may wait in one lane
   * @param waitingMax how much may wait in all
   */
  FairQueue(int laneMax, int waitingMax) {
    this.laneMax = laneMax;
    this.waitingMax = waitingMax;
  }

  /** False if too much waits already; the work is then not taken. */
  synchronized boolean offer(String lane, Runnable work) {
    Queue<Runnable> queue = lanes.get(lane);
    if (waiting == waitingMax || (queue != null && queue.size() == laneMax)) {
      return false;
    }
    waiting++;
    lanes.computeIfAbsent(lane, first -> new ArrayDeque<>()).add(work);
    return true;
  }

  /** The next work, or null if there is none. */
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
      lanes.put(lane.getKey(), lane.getValue()); // behind the others
    }
    return work;
  }
}
