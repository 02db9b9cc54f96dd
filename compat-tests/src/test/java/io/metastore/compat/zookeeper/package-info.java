/** Drives ensembles that are configured by {@code zoo.cfg} with ZooKeeper's own client. */
@NullMarked
package io.metastore.compat.zookeeper;

import org.jspecify.annotations.NullMarked;
