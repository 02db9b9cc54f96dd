/**
 * What a ZooKeeper server offers to operators besides its client port: the AdminServer's commands
 * and the metrics.
 *
 * <p>Start at {@link io.metastore.server.zookeeper.AdminServer}. Requests come on the event loop of
 * the HTTP port; the commands run on the threads for scans.
 */
@NullMarked
package io.metastore.server.zookeeper;

import org.jspecify.annotations.NullMarked;
