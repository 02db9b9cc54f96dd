/**
 * ZooKeeper's wire format: decodes requests and encodes results.
 *
 * <p>Start at {@link io.metastore.adapter.zookeeper.wire.RequestDecoder} and {@link
 * io.metastore.adapter.zookeeper.wire.JuteWriter}. Everything here is pure; a buffer belongs to the
 * event loop of its connection.
 */
@NullMarked
package io.metastore.adapter.zookeeper.wire;

import org.jspecify.annotations.NullMarked;
