/** Tests of reading etcd's data directories. */
@NullMarked
package io.metastore.server.etcd;

import org.jspecify.annotations.NullMarked;
