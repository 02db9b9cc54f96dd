/**
 * Tests of the state machine on real tables, without Raft: text scenarios, comparison with models,
 * replay.
 *
 * <p>Start at {@link io.metastore.core.machine.TestMachine}. Every test that registers {@link
 * io.metastore.core.machine.Machines} ends with a check of the store's invariants.
 */
@NullMarked
package io.metastore.core.machine;

import org.jspecify.annotations.NullMarked;
