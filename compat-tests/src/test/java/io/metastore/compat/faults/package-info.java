/**
 * What must hold while processes are killed, stopped and started again: nothing acknowledged is
 * lost or read too late.
 *
 * <p>Start at {@link CrashTest}. Each test has its own cluster; moments are random, from a seed in
 * the test's name, which repeats the choices but not the machine's timing.
 */
@NullMarked
package io.metastore.compat.faults;

import org.jspecify.annotations.NullMarked;
