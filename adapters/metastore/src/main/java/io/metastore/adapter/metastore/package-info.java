/**
 * The native gRPC services, {@code metastore.v1}, on top of the replicated store.
 *
 * <p>Start at {@link io.metastore.adapter.metastore.MetastoreServices}. Services are called on the
 * server's event loops and never block them. Requests become commands and outcomes become replies
 * in the {@code …Translator}s, which are pure and refuse by throwing a {@link
 * io.metastore.adapter.metastore.Refusal}; which code an error has on the wire is decided in {@link
 * io.metastore.adapter.metastore.Errors} only.
 */
@NullMarked
package io.metastore.adapter.metastore;

import org.jspecify.annotations.NullMarked;
