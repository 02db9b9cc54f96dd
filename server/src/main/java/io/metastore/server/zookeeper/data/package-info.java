/**
 * Reads and writes ZooKeeper's data files: snapshots and transaction logs.
 *
 * <p>Start at {@link io.metastore.server.zookeeper.data.DataFiles} for what is in a directory, at
 * {@link io.metastore.server.zookeeper.data.SnapshotReader} and {@link
 * io.metastore.server.zookeeper.data.TransactionLog} for reading, and at {@link
 * io.metastore.server.zookeeper.data.SnapshotWriter} for writing. Files are read as streams, so
 * memory does not grow with their size. Nothing here is thread-safe. Source: ZooKeeper 3.9.5,
 * {@code FileSnap}, {@code FileTxnLog} and {@code zookeeper.jute}.
 */
@NullMarked
package io.metastore.server.zookeeper.data;

import org.jspecify.annotations.NullMarked;
