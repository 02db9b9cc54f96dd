/** Tests of the services: translators alone, then services over a real gRPC transport. */
@NullMarked
package io.metastore.adapter.etcd;

import org.jspecify.annotations.NullMarked;
