/**
 * The tree of znodes: nodes with data, children and access lists; and the client sessions.
 *
 * <p>Start at {@link io.metastore.core.tree.ZnodeTable} for what is stored, at {@link
 * io.metastore.core.tree.TreeChanges} for changes, and at {@link io.metastore.core.tree.TreeReader}
 * for reading. Only the latest state is kept, separate from the keys of {@code core.kv} but with
 * the same revisions. Written by the apply thread only; any thread may read through a {@link
 * io.metastore.core.storage.Reader}.
 */
@NullMarked
package io.metastore.core.tree;

import org.jspecify.annotations.NullMarked;
