/**
 * The Java library for Metastore: keys and watches, sessions, locks and transactions.
 *
 * <p>Start at {@link io.metastore.client.MetastoreClient}. All public types can be used from any
 * thread unless they say otherwise. Methods that end in {@code Async} never block. The methods of
 * the same name without {@code Async} block, and must not be called from a callback of this
 * library.
 */
@NullMarked
package io.metastore.client;

import org.jspecify.annotations.NullMarked;
