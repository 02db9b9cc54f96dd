package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.WatchTable.Watch;
import io.metastore.adapter.zookeeper.wire.Request;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.TreeView;
import java.util.ArrayList;
import java.util.List;

/**
 * The watches of a client that was connected elsewhere before: each one is armed, or has seen an
 * event meanwhile. As in ZooKeeper, events are also told of nodes that the client may not read.
 *
 * <p>Source: ZooKeeper's {@code DataTree.setWatches}.
 */
record RestoredWatches(List<Watch> armed, List<Notification> missed) {
  RestoredWatches {
    armed = List.copyOf(armed);
    missed = List.copyOf(missed);
  }

  static RestoredWatches of(Request.SetWatches set, TreeView tree) {
    List<Watch> armed = new ArrayList<>();
    List<Notification> missed = new ArrayList<>();
    for (String path : set.data()) {
      TreeView.Node node = tree.find(path);
      if (node == null) {
        missed.add(missed(TreeEvent.Kind.DELETED, path));
      } else if (node.stat().modified() > set.since()) {
        missed.add(missed(TreeEvent.Kind.DATA_CHANGED, path));
      } else {
        armed.add(new Watch(WatchKind.DATA, path));
      }
    }
    for (String path : set.exists()) {
      if (tree.find(path) != null) {
        missed.add(missed(TreeEvent.Kind.CREATED, path));
      } else {
        armed.add(new Watch(WatchKind.DATA, path));
      }
    }
    for (String path : set.children()) {
      TreeView.Node node = tree.find(path);
      if (node == null) {
        missed.add(missed(TreeEvent.Kind.DELETED, path));
      } else if (node.stat().childrenChanged() > set.since()) {
        missed.add(missed(TreeEvent.Kind.CHILDREN_CHANGED, path));
      } else {
        armed.add(new Watch(WatchKind.CHILDREN, path));
      }
    }
    set.persistent().forEach(path -> armed.add(new Watch(WatchKind.PERSISTENT, path)));
    set.recursive().forEach(path -> armed.add(new Watch(WatchKind.RECURSIVE, path)));
    return new RestoredWatches(armed, missed);
  }

  private static Notification missed(TreeEvent.Kind event, String path) {
    return new Notification(event, path, Notification.LATE);
  }
}
