/** Tests with ZooKeeper's own Java client against a store in this process. */
@NullMarked
package io.metastore.adapter.zookeeper;

import org.jspecify.annotations.NullMarked;
