package io.metastore.adapter.zookeeper;

import io.metastore.core.api.TreeEvent;

/** Who is told what its watches see. */
interface Watcher {

  /** Something happened to a node that it watches. Called by the apply thread: must not block. */
  void seen(TreeEvent event);
}
