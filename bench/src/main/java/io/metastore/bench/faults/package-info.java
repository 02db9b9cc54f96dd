/**
 * Runs a cluster under faults that follow from a seed, and checks what its clients observed.
 *
 * <p>Start at {@link io.metastore.bench.faults.FaultRun}. The compatibility tests use it, too. Its
 * loads are in {@link io.metastore.bench.faults.etcd} and {@link
 * io.metastore.bench.faults.metastore}.
 */
@NullMarked
package io.metastore.bench.faults;

import org.jspecify.annotations.NullMarked;
