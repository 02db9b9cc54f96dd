/**
 * etcd's database file: the layout in which etcd keeps its data, and sends it in snapshots.
 *
 * <p>Start at {@link io.metastore.adapter.etcd.db.DbContents} to write the data of a view in this
 * layout, and at {@link io.metastore.adapter.etcd.db.DbReader} to read such a file. Everything
 * reads or writes files and takes long: run it off the event loops. Memory is flat. Each object is
 * for one thread.
 *
 * <p>The file is a bbolt file with these buckets; numbers in keys are big-endian:
 *
 * <table>
 *   <caption>The buckets</caption>
 *   <tr><td>{@code key}</td><td>{@link io.metastore.adapter.etcd.db.RevisionKey} → {@code
 *   mvccpb.KeyValue}; of a deletion only the key</td></tr>
 *   <tr><td>{@code lease}</td><td>int64 ID → {@code leasepb.Lease}</td></tr>
 *   <tr><td>{@code auth}</td><td>{@code authEnabled} → int8; {@code authRevision} → int64</td></tr>
 *   <tr><td>{@code authUsers}, {@code authRoles}</td><td>name → {@code authpb.User}, {@code
 *   authpb.Role}</td></tr>
 *   <tr><td>{@code alarm}</td><td>{@code AlarmMember} → nothing</td></tr>
 *   <tr><td>{@code members}, {@code members_removed}</td><td>hexadecimal ID → JSON</td></tr>
 *   <tr><td>{@code cluster}</td><td>{@code clusterVersion} → text</td></tr>
 *   <tr><td>{@code meta}</td><td>{@code consistent_index}, {@code term} → int64: position in the
 *   Raft log; {@code confState} → JSON; {@code scheduledCompactRev}, {@code finishedCompactRev} →
 *   revision key; {@code storageVersion} → text</td></tr>
 * </table>
 *
 * Source: etcd's {@code server/storage/schema}.
 */
@NullMarked
package io.metastore.adapter.etcd.db;

import org.jspecify.annotations.NullMarked;
