/**
 * Ordered byte tables on disk: the only package that knows RocksDB.
 *
 * <p>Start at {@link io.metastore.core.storage.Storage}. The apply thread writes through a {@link
 * io.metastore.core.storage.WriteSet} that it alone holds; any thread reads through a {@link
 * io.metastore.core.storage.Snapshot}. The write-ahead log of RocksDB is off: the Raft log is the
 * log, and what a crash takes from the memtables is replayed from it. What the bytes mean is
 * decided by the packages above.
 *
 * <table>
 * <caption>The tables and where their layout is documented</caption>
 * <tr><td>{@code LATEST}</td><td>user key → record: {@code core.kv.KvTable}</td></tr>
 * <tr><td>{@code HISTORY}</td><td>escaped user key ‖ inverted revision → record, pointer or tombstone: {@code core.kv.KvTable}</td></tr>
 * <tr><td>{@code CHANGES}</td><td>revision ‖ sub → kind, user key and the record that was put: {@code core.kv.ChangeLog}</td></tr>
 * <tr><td>{@code SMALL}</td><td>first byte = {@link io.metastore.core.storage.SmallTable}: leases, locks, members, users and roles, sessions and access lists of znodes, alarms, meta</td></tr>
 * <tr><td>{@code ZNODES}, {@code ZNODE_DATA}</td><td>znodes and their data: {@code core.tree.ZnodeTable}</td></tr>
 * </table>
 */
@NullMarked
package io.metastore.core.storage;

import org.jspecify.annotations.NullMarked;
