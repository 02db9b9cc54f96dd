/**
 * Metastore's launcher under the name of ZooKeeper's, for scripts that start the server by its
 * class.
 */
@NullMarked
package org.apache.zookeeper.server.quorum;

import org.jspecify.annotations.NullMarked;
