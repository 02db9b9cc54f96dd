/**
 * Servers in separate processes, which tests can kill, pause, resume and restart.
 *
 * <p>Start at {@link ClusterProcesses}. One test thread controls a cluster; any thread may use its
 * addresses and channels.
 */
@NullMarked
package io.metastore.compat.process;

import org.jspecify.annotations.NullMarked;
