/**
 * Handling of full disks: detection, waiting for space, and the space that is left.
 *
 * <p>Start at {@link io.metastore.core.disk.FullDisk}. Used by everything that writes files, from
 * any thread; knows neither Raft nor the tables.
 */
@NullMarked
package io.metastore.core.disk;

import org.jspecify.annotations.NullMarked;
