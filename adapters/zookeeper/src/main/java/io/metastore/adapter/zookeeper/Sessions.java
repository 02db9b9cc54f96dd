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

  /** Adds a session that is not in the log, so that no event attaches it. */
  void addUnlogged(long session, ClientConnection connection) {
    bySession.put(session, connection);
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

  /** See {@link ClientConnection#servedAs}. */
  void servedAs(Serving serving) {
    bySession.values().forEach(connection -> connection.servedAs(serving));
  }

  @Override
  public void applied(long revision, List<TreeEvent> events, List<SessionEvent> sessions) {
    watches.applied(revision, events);
    for (SessionEvent event : sessions) {
      ClientConnection now =
          event instanceof SessionEvent.Attached attached
              ? byAttachment.get(attached.attachment())
              : null;
      ClientConnection before =
          now == null ? bySession.remove(event.session()) : bySession.put(event.session(), now);
      // A local session that becomes global keeps its connection.
      if (before != null && before != now) {
        before.lostSession();
      }
    }
  }

  @Override
  public void reset() {
    byAttachment.values().forEach(ClientConnection::lostSession);
  }
}
