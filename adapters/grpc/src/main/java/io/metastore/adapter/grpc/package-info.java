/**
 * Serves gRPC calls without blocking: replies on the call's event loop, and streams that are read
 * as fast as their client accepts them.
 *
 * <p>Start at {@link io.metastore.adapter.grpc.UnaryAnswer}. Used by the two adapters for gRPC
 * protocols, which do not depend on each other. Nothing here depends on the messages or errors of a
 * protocol.
 */
@NullMarked
package io.metastore.adapter.grpc;

import org.jspecify.annotations.NullMarked;
