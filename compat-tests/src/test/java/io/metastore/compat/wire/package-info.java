/**
 * Cases that etcd's clients do not produce by themselves: refused requests, with etcd's exact codes
 * and texts, and peers that do not speak the protocol or do not read.
 *
 * <p>Start at {@link RefusalsTest}. The requests use our own stubs, because client libraries hide
 * error codes.
 */
@NullMarked
package io.metastore.compat.wire;

import org.jspecify.annotations.NullMarked;
