/**
 * Full disks: how they are recognized, how writers wait for space, and how much is left.
 *
 * <p>Start at {@link io.metastore.core.disk.FullDisk}. Used by everything that writes files, from
 * any thread; knows neither Raft nor the tables.
 */
@NullMarked
package io.metastore.core.disk;

import org.jspecify.annotations.NullMarked;
