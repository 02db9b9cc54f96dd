/**
 * What etcd's clients do not do by themselves: requests that are refused, with etcd's exact codes
 * and texts, and peers that do not speak the protocol or do not listen.
 *
 * <p>Start at {@link RefusalsTest}. The requests come from our own stubs, for client libraries hide
 * codes.
 */
@NullMarked
package io.metastore.compat.wire;

import org.jspecify.annotations.NullMarked;
