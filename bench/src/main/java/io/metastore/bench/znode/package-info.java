/**
 * Measures servers with ZooKeeper's protocol: ZooKeeper itself, and Metastore.
 *
 * <p>Start at {@link io.metastore.bench.znode.ZnodeComparison} for throughput with ZooKeeper's own
 * Java client, and at {@link io.metastore.bench.znode.ScaleComparison} for large numbers of
 * sessions, watches, children and nodes. Both are called by the main thread.
 */
@NullMarked
package io.metastore.bench.znode;

import org.jspecify.annotations.NullMarked;
