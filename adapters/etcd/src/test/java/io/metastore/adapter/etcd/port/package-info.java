/** Tests of the client port over real sockets. */
@NullMarked
package io.metastore.adapter.etcd.port;

import org.jspecify.annotations.NullMarked;
