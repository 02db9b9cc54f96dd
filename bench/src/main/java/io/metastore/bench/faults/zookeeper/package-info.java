/**
 * ZooKeeper clients in a fault run, and the checks of what they observed.
 *
 * <p>Start at {@link io.metastore.bench.faults.zookeeper.ZookeeperLoad}. The checks are pure: they
 * compare the histories of sessions with a timeline of all changes.
 */
@NullMarked
package io.metastore.bench.faults.zookeeper;

import org.jspecify.annotations.NullMarked;
