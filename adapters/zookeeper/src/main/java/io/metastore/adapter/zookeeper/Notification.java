package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.wire.JuteWriter;
import io.metastore.core.api.TreeEvent;
import io.netty.buffer.ByteBuf;

/**
 * The event of a watch, as sent to the client.
 *
 * @param revision the revision of the change; -1 for an event that the client missed while it was
 *     disconnected
 */
record Notification(TreeEvent.Kind kind, String path, long revision) {
  private static final int XID = -1;

  /** The state {@code SyncConnected}. */
  private static final int CONNECTED = 3;

  static final long LATE = -1;

  /** Appends the packet. */
  void encode(ByteBuf out) {
    JuteWriter.begin(out, XID, revision, 0)
        .int32(
            switch (kind) {
              case CREATED -> 1;
              case DELETED -> 2;
              case DATA_CHANGED -> 3;
              case CHILDREN_CHANGED -> 4;
            })
        .int32(CONNECTED)
        .string(path)
        .end();
  }

  /** The approximate memory it uses while it is queued. */
  int bytes() {
    return 100 + 2 * path.length();
  }
}
