package io.metastore.adapter.zookeeper.wire;

import org.jspecify.annotations.Nullable;

/** The watches that a remove request concerns. Source: {@code Watcher.WatcherType}. */
public enum WatchType {
  CHILDREN(1),
  DATA(2),
  ANY(3),
  PERSISTENT(4),
  PERSISTENT_RECURSIVE(5);

  private final int code;

  WatchType(int code) {
    this.code = code;
  }

  static @Nullable WatchType find(int code) {
    for (WatchType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }
}
