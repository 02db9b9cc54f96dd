/**
 * The deterministic state machine: turns log entries into table changes, outcomes and events.
 *
 * <p>Start at {@link io.metastore.core.machine.StoreMachine}. Called by the apply thread only;
 * other threads read through the published {@link io.metastore.core.machine.StoreView}. This code
 * must not use clocks, random numbers, the environment or hash order, because every replica must
 * reach the same bytes.
 */
@NullMarked
package io.metastore.core.machine;

import org.jspecify.annotations.NullMarked;
