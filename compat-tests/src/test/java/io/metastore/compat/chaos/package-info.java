/**
 * Many native clients under all faults at once, with a check of everything that they observed.
 *
 * <p>Start at {@link io.metastore.compat.chaos.ChaosTest}. The checks are in {@link
 * io.metastore.compat.chaos.SerialOrder}, {@link io.metastore.compat.chaos.LockOrder} and {@link
 * io.metastore.compat.chaos.FenceOrder}. They use no server: they compare what the clients recorded
 * in the {@link io.metastore.compat.chaos.Journal} with the {@link
 * io.metastore.compat.chaos.Timeline} that a watch recorded.
 */
@NullMarked
package io.metastore.compat.chaos;

import org.jspecify.annotations.NullMarked;
