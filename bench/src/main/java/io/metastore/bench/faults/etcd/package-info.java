/**
 * Clients of etcd's API under faults, and the checks of what they observed.
 *
 * <p>Start at {@link io.metastore.bench.faults.etcd.EtcdLoad}. Each client and each lease holder
 * runs on a thread of its own; watches are called by gRPC's threads. The checks use no server: they
 * compare the recorded calls and watches with each other.
 */
@NullMarked
package io.metastore.bench.faults.etcd;

import org.jspecify.annotations.NullMarked;
