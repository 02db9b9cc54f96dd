/**
 * The znode tree: nodes with data, children and access lists, and the sessions that work on it.
 *
 * <p>Start at {@link io.metastore.core.tree.ZnodeTable} for what is stored, at {@link
 * io.metastore.core.tree.TreeChanges} for what changes it, and at {@link
 * io.metastore.core.tree.TreeReader} for reading. Only the latest state is kept, apart from the
 * keys of {@code core.kv} but with the same revisions. Written by the apply thread only; any thread
 * may read through a {@link io.metastore.core.storage.Reader}.
 */
@NullMarked
package io.metastore.core.tree;

import org.jspecify.annotations.NullMarked;
