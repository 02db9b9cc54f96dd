/**
 * The native API's Java client against server processes.
 *
 * <p>Start at {@link io.metastore.compat.nativeapi.ClientUnderKillsTest}.
 */
@NullMarked
package io.metastore.compat.nativeapi;

import org.jspecify.annotations.NullMarked;
