package io.metastore.adapter.zookeeper;

import io.metastore.core.api.TreeEvent;

/** Receives the events of its watches. */
interface Watcher {

  /** Reports a change to a watched node. Called by the apply thread: must not block. */
  void seen(TreeEvent event);

  /** The session that the watches belong to. Any thread. */
  long session();
}
