/**
 * Many native clients under every fault at once, and what they saw checked afterwards.
 *
 * <p>Start at {@link io.metastore.compat.chaos.ChaosTest}; what is checked, and how, stands in
 * {@link io.metastore.compat.chaos.SerialOrder}, {@link io.metastore.compat.chaos.LockOrder} and
 * {@link io.metastore.compat.chaos.FenceOrder}, which know no server: they compare what clients
 * noted in the {@link io.metastore.compat.chaos.Journal} with the {@link
 * io.metastore.compat.chaos.Timeline} that a watch told.
 */
@NullMarked
package io.metastore.compat.chaos;

import org.jspecify.annotations.NullMarked;
