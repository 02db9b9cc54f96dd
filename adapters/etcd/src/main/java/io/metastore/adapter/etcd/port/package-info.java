/**
 * The client port: gRPC and HTTP/1.1 on the same address.
 *
 * <p>Start at {@link io.metastore.adapter.etcd.port.ClientPort}. Everything here runs on the port's
 * event loops and must not block. {@code start} and {@code close} are called once, from the
 * server's main and stopping threads. This package does not depend on what the services and
 * endpoints do.
 */
@NullMarked
package io.metastore.adapter.etcd.port;

import org.jspecify.annotations.NullMarked;
