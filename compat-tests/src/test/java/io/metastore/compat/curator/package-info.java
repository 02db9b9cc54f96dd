/** Curator's recipes on ZooKeeper's protocol, against server processes. */
@NullMarked
package io.metastore.compat.curator;

import org.jspecify.annotations.NullMarked;
