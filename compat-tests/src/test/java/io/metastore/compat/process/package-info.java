/**
 * Servers as processes of their own, which tests may kill, stop, continue and start again.
 *
 * <p>Start at {@link ClusterProcesses}. One test thread drives a cluster; its addresses and
 * channels may be used by any.
 */
@NullMarked
package io.metastore.compat.process;

import org.jspecify.annotations.NullMarked;
