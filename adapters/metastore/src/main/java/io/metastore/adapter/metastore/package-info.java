/**
 * The native gRPC services, {@code metastore.v1}, on top of the replicated store.
 *
 * <p>Start at {@link io.metastore.adapter.metastore.MetastoreServices}. Services are called on the
 * server's event loops and never block them. The {@code …Translator}s turn requests into commands
 * and outcomes into replies; they are pure, and refuse a request by throwing a {@link
 * io.metastore.adapter.metastore.Refusal}. Only {@link io.metastore.adapter.metastore.Errors}
 * chooses the gRPC codes of errors.
 */
@NullMarked
package io.metastore.adapter.metastore;

import org.jspecify.annotations.NullMarked;
