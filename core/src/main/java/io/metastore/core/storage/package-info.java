/**
 * Ordered byte tables on disk. Only this package uses RocksDB.
 *
 * <p>Start at {@link io.metastore.core.storage.Storage}. Only the apply thread writes, through a
 * {@link io.metastore.core.storage.WriteSet}; any thread reads through a {@link
 * io.metastore.core.storage.Snapshot}. RocksDB's write-ahead log is off: memtables lost in a crash
 * are rebuilt by replaying the Raft log. The packages above define what keys and values mean.
 *
 * <table>
 *   <caption>The tables and where their layout is documented</caption>
 *   <tr><td>{@code LATEST}</td><td>user key → record: {@code core.kv.KvTable}</td></tr>
 *   <tr><td>{@code HISTORY}</td><td>escaped user key ‖ inverted revision → record, pointer or
 *   tombstone: {@code core.kv.KvTable}</td></tr>
 *   <tr><td>{@code CHANGES}</td><td>revision ‖ sub → kind, user key and the record that was put:
 *   {@code core.kv.ChangeLog}</td></tr>
 *   <tr><td>{@code SMALL}</td><td>first byte = {@link io.metastore.core.storage.SmallTable}: leases,
 *   locks, members, users and roles, sessions and access lists of znodes, alarms, meta</td></tr>
 *   <tr><td>{@code ZNODES}, {@code ZNODE_DATA}</td><td>znodes and their data:
 *   {@code core.tree.ZnodeTable}</td></tr>
 * </table>
 */
@NullMarked
package io.metastore.core.storage;

import org.jspecify.annotations.NullMarked;
