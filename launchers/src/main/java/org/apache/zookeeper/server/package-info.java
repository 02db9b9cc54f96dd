/**
 * Metastore's launcher under the name of ZooKeeper's for a single server, for scripts that start
 * the server by its class.
 */
@NullMarked
package org.apache.zookeeper.server;

import org.jspecify.annotations.NullMarked;
