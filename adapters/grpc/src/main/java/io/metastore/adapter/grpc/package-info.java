/**
 * How gRPC calls are served without blocking: replies on the call's event loop, streams that are
 * read as fast as their client takes them.
 *
 * <p>Start at {@link io.metastore.adapter.grpc.UnaryAnswer}. Used by the adapters whose protocol is
 * gRPC, which do not see each other. Nothing here knows a protocol's messages or errors.
 */
@NullMarked
package io.metastore.adapter.grpc;

import org.jspecify.annotations.NullMarked;
