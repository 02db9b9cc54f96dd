/**
 * Serves ZooKeeper clients from the znode tree.
 *
 * <p>Start at {@link io.metastore.adapter.zookeeper.ZookeeperPort}, which accepts connections. A
 * {@link io.metastore.adapter.zookeeper.ClientConnection} is one client and is owned by its event
 * loop. The {@link io.metastore.adapter.zookeeper.WatchTable} is notified of changes on the apply
 * thread.
 */
@NullMarked
package io.metastore.adapter.zookeeper;

import org.jspecify.annotations.NullMarked;
