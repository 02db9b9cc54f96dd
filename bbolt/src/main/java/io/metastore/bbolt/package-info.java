/**
 * Reads and writes files of <a href="https://github.com/etcd-io/bbolt">bbolt</a>, the embedded
 * key-value store in which etcd keeps its data.
 *
 * <p>Start at {@link io.metastore.bbolt.BboltFile} to read a file, and at {@link
 * io.metastore.bbolt.BboltWriter} to write a new one from sorted keys. Memory is flat for files of
 * any size: a reader holds one page per level of a tree, and a writer one page per level and a
 * buffer. The package depends only on the JDK; each object is for use by one thread at a time.
 *
 * <p>A file consists of pages of equal size. Pages 0 and 1 each hold a {@link
 * io.metastore.bbolt.Meta}; the valid one with the highest transaction ID names the root page. The
 * other pages form B+trees, one per bucket: a branch page lists the first key of each child page, a
 * leaf page lists keys and values. A value can be another bucket. A page that needs more space than
 * one page continues in the pages behind it, its overflow pages. All numbers are little-endian.
 * Source: bbolt's {@code internal/common}.
 */
@NullMarked
package io.metastore.bbolt;

import org.jspecify.annotations.NullMarked;
