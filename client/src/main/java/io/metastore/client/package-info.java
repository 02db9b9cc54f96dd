/**
 * The Java library of Metastore: keys and watches, sessions, locks and transactions.
 *
 * <p>Start at {@link io.metastore.client.MetastoreClient}. All public types may be used from any
 * thread unless they say otherwise. Methods that end in {@code Async} never block; their twins
 * without do, and must not be called from a callback of this library.
 */
@NullMarked
package io.metastore.client;

import org.jspecify.annotations.NullMarked;
