/**
 * TLS from PEM files, configured as in etcd: our certificate, the authorities that we trust, and
 * what we refuse.
 *
 * <p>Start at {@link io.metastore.tls.TlsContext}. Everything is thread-safe and uses the JDK's TLS
 * only, so that both copies of Netty in this process (gRPC's and Ratis') and the command line can
 * share it. Handshakes read files and may query DNS: run them off the event loops.
 */
@NullMarked
package io.metastore.tls;

import org.jspecify.annotations.NullMarked;
