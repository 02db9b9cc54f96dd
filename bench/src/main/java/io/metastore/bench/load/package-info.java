/**
 * Runs a closed loop of operations against any etcd endpoint and measures them.
 *
 * <p>Start at {@link io.metastore.bench.load.LoadRun}, which the command line calls from its main
 * thread. All operations are started and completed on gRPC's event loop; a logical client is a
 * listener there, not a thread. Nothing here starts servers.
 */
@NullMarked
package io.metastore.bench.load;

import org.jspecify.annotations.NullMarked;
