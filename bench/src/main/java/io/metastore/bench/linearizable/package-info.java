/**
 * Decides whether a recorded history of calls is linearizable.
 *
 * <p>Start at {@link io.metastore.bench.linearizable.Linearizability}. The package knows no server
 * and no clock: a {@link io.metastore.bench.linearizable.Model} describes the object that the calls
 * use. The classes are immutable or used by one thread.
 */
@NullMarked
package io.metastore.bench.linearizable;

import org.jspecify.annotations.NullMarked;
