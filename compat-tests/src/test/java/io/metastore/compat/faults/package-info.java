/**
 * Tests that kill, pause and restart processes: nothing acknowledged may be lost, and no read may
 * be stale.
 *
 * <p>Start at {@link FaultRunTest}, a short run of {@code bench/faults}. The times of faults follow
 * from a seed in the test's name, which repeats the choices but not the machine's timing.
 */
@NullMarked
package io.metastore.compat.faults;

import org.jspecify.annotations.NullMarked;
