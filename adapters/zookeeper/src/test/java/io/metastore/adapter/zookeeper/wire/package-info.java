/** Tests of the codec against ZooKeeper's own. */
@NullMarked
package io.metastore.adapter.zookeeper.wire;

import org.jspecify.annotations.NullMarked;
