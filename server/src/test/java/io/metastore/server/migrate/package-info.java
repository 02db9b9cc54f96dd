/** Tests of the migration from etcd. */
@NullMarked
package io.metastore.server.migrate;

import org.jspecify.annotations.NullMarked;
