/**
 * The deterministic state machine: turns log entries into table changes, outcomes and events.
 *
 * <p>Start at {@link io.metastore.core.machine.StoreMachine}. Called by the apply thread only;
 * other threads read what it published through {@link io.metastore.core.machine.StoreView}. No
 * clock, randomness, environment or hash order is seen here: every replica must come to the same
 * bytes.
 */
@NullMarked
package io.metastore.core.machine;

import org.jspecify.annotations.NullMarked;
