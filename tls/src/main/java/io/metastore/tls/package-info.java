/**
 * TLS from PEM files, as etcd configures it: who we are, whom we trust, and what we refuse.
 *
 * <p>Start at {@link io.metastore.tls.TlsContext}. Everything here is thread-safe and knows the
 * JDK's TLS only, so that both copies of Netty in this process (gRPC's and Ratis') and the command
 * line can share it. Handshakes read files and may ask DNS: run them off the event loops.
 */
@NullMarked
package io.metastore.tls;

import org.jspecify.annotations.NullMarked;
