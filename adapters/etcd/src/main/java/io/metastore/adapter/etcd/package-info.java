/**
 * The gRPC services of etcd v3 on top of the replicated store.
 *
 * <p>Start at {@link io.metastore.adapter.etcd.EtcdServices}. Services are called on the server's
 * event loops and never block them; responses are sent on whatever thread the store completes them.
 * The {@code …Translator}s turn requests into commands and outcomes into replies; they are pure.
 * etcd's error codes and texts exist only in {@link io.metastore.adapter.etcd.EtcdError}.
 */
@NullMarked
package io.metastore.adapter.etcd;

import org.jspecify.annotations.NullMarked;
