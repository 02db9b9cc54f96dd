/**
 * Serves ZooKeeper's clients from the znode tree.
 *
 * <p>Start at {@link io.metastore.adapter.zookeeper.ZookeeperPort}, which listens; a {@link
 * io.metastore.adapter.zookeeper.ClientConnection} is one client, owned by its event loop; the
 * {@link io.metastore.adapter.zookeeper.WatchTable} hears of changes on the apply thread.
 */
@NullMarked
package io.metastore.adapter.zookeeper;

import org.jspecify.annotations.NullMarked;
