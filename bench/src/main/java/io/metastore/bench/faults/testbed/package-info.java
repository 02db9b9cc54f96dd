/**
 * The cluster of a fault run, what can be done to its members and their machines, and the common
 * parts of all loads and checks.
 *
 * <p>Start at {@link io.metastore.bench.faults.testbed.Testbed}. Its methods that change a member
 * are called by one thread at a time; everything else may be used by any thread. Linux only.
 */
@NullMarked
package io.metastore.bench.faults.testbed;

import org.jspecify.annotations.NullMarked;
