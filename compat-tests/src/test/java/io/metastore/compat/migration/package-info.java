/** Moves data and live clients between ZooKeeper's own server and Metastore, in both directions. */
@NullMarked
package io.metastore.compat.migration;

import org.jspecify.annotations.NullMarked;
