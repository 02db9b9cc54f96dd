/**
 * The gRPC services of etcd v3 on top of the replicated store.
 *
 * <p>Start at {@link io.metastore.adapter.etcd.EtcdServices}. Services are called on the server's
 * event loops and never block them; answers leave on whatever thread the store completes them.
 * Requests become commands and outcomes become replies in the {@code …Translator}s, which are pure;
 * etcd's error codes and texts exist in {@link io.metastore.adapter.etcd.EtcdError} only.
 */
@NullMarked
package io.metastore.adapter.etcd;

import org.jspecify.annotations.NullMarked;
