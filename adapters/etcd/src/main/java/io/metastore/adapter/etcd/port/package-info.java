/**
 * The one socket that clients know: gRPC and HTTP/1.1 behind the same address.
 *
 * <p>Start at {@link io.metastore.adapter.etcd.port.ClientPort}. Everything here runs on the port's
 * event loops and must not block; {@code start} and {@code close} are called once, from the
 * server's main and stopping threads. What the services and endpoints do is not this package's
 * business.
 */
@NullMarked
package io.metastore.adapter.etcd.port;

import org.jspecify.annotations.NullMarked;
