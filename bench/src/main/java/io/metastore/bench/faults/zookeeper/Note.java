package io.metastore.bench.faults.zookeeper;

import org.apache.zookeeper.Watcher.Event.EventType;

/** What a session observed; its notes are in the order in which it received the packets. */
sealed interface Note {

  /** An answer, or the end of the connection before it. */
  record Answered(Request request, Answer answer) implements Note {}

  /**
   * The event of a watch.
   *
   * @param zxid of the change; -1 if it happened while the client was not connected
   */
  record Told(EventType type, String path, long zxid) implements Note {}

  /** The connection was lost. */
  record Disconnected() implements Note {}
}
