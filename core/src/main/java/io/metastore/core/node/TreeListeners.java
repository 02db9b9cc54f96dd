package io.metastore.core.node;

import io.metastore.core.api.TreeListener;
import io.metastore.core.machine.Applied;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The registered listeners for changes of the znode tree. Thread-safe. */
final class TreeListeners {
  private final List<TreeListener> listeners = new CopyOnWriteArrayList<>();

  void add(TreeListener listener) {
    listeners.add(listener);
  }

  /** Called by the apply thread. */
  void applied(Applied entry) {
    if (!entry.treeEvents().isEmpty() || !entry.sessionEvents().isEmpty()) {
      listeners.forEach(
          listener ->
              listener.applied(entry.revision(), entry.treeEvents(), entry.sessionEvents()));
    }
  }

  /** Called by the apply thread. */
  void reset() {
    listeners.forEach(TreeListener::reset);
  }
}
