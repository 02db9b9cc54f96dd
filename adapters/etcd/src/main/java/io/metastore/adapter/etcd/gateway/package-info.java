/**
 * etcd's JSON gateway: its gRPC services for HTTP clients with JSON.
 *
 * <p>Start at {@link io.metastore.adapter.etcd.gateway.Gateway}, which the client port calls on its
 * event loops. The routes come from the annotations {@code google.api.http} in the protobuf files.
 * Calls go to the same services as gRPC calls, in this process.
 */
@NullMarked
package io.metastore.adapter.etcd.gateway;

import org.jspecify.annotations.NullMarked;
