package io.metastore.adapter.zookeeper;

import io.metastore.core.api.SessionEvent;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.TreeListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Maps sessions to this member's connections. When a session has moved or ended, its connection is
 * closed. When this member installs a snapshot from the leader, all connections are closed, because
 * the events in between are unknown.
 *
 * <p>Thread-safe; notified about sessions on the apply thread.
 */
final class Sessions implements TreeListener {
  private final WatchTable watches;
  private final Map<Long, ClientConnection> byAttachment = new ConcurrentHashMap<>();
  private final Map<Long, ClientConnection> bySession = new ConcurrentHashMap<>();

  Sessions(WatchTable watches) {
    this.watches = watches;
  }

  /** Must be called before the connection requests its session. */
  void add(long attachment, ClientConnection connection) {
    byAttachment.put(attachment, connection);
  }

  /** Removes a closed connection. */
  void remove(long attachment, long session, ClientConnection connection) {
    byAttachment.remove(attachment);
    bySession.remove(session, connection);
  }

  /** The connections with a session. */
  List<ClientConnection> connections() {
    return List.copyOf(bySession.values());
  }

  @Override
  public void applied(long revision, List<TreeEvent> events, List<SessionEvent> sessions) {
    watches.applied(revision, events);
    for (SessionEvent event : sessions) {
      ClientConnection before = bySession.remove(event.session());
      if (before != null) {
        before.lostSession();
      }
      if (event instanceof SessionEvent.Attached attached) {
        ClientConnection now = byAttachment.get(attached.attachment());
        if (now != null) {
          bySession.put(attached.session(), now);
        }
      }
    }
  }

  @Override
  public void reset() {
    byAttachment.values().forEach(ClientConnection::lostSession);
  }
}
