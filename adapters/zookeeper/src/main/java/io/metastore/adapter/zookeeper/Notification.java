package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.wire.JuteWriter;
import io.metastore.core.api.TreeEvent;
import io.netty.buffer.ByteBuf;

/**
 * Tells a client what one of its watches saw.
 *
 * @param revision at which it happened; -1 if the client is told later than that
 */
record Notification(TreeEvent.Kind kind, String path, long revision) {
  private static final int XID = -1;

  /** The state {@code SyncConnected}. */
  private static final int CONNECTED = 3;

  static final long LATE = -1;

  ByteBuf encode(ByteBuf out) {
    return JuteWriter.begin(out, XID, revision, 0)
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

  /** About how much memory it takes while it waits. */
  int bytes() {
    return 100 + 2 * path.length();
  }
}
