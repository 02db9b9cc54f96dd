/**
 * etcd's JSON gateway: its gRPC services for those who speak HTTP and JSON.
 *
 * <p>Start at {@link io.metastore.adapter.etcd.gateway.Gateway}, which the client port calls on its
 * event loops. The routes are those that the wire definitions name ({@code google.api.http}); calls
 * go to the same services as those by gRPC, in this process.
 */
@NullMarked
package io.metastore.adapter.etcd.gateway;

import org.jspecify.annotations.NullMarked;
