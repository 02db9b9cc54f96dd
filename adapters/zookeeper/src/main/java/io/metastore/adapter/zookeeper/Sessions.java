package io.metastore.adapter.zookeeper;

import io.metastore.core.api.SessionEvent;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.TreeListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which connection of this member has which session. A connection whose session has moved or ended
 * is closed; after a snapshot from the leader all are, for nobody knows what they have missed.
 *
 * <p>Thread-safe; hears of sessions on the apply thread.
 */
final class Sessions implements TreeListener {
  private final WatchTable watches;
  private final Map<Long, ClientConnection> byAttachment = new ConcurrentHashMap<>();
  private final Map<Long, ClientConnection> bySession = new ConcurrentHashMap<>();

  Sessions(WatchTable watches) {
    this.watches = watches;
  }

  /** To be called before the connection asks for a session. */
  void add(long attachment, ClientConnection connection) {
    byAttachment.put(attachment, connection);
  }

  /** The connection is closed. */
  void remove(long attachment, long session, ClientConnection connection) {
    byAttachment.remove(attachment);
    bySession.remove(session, connection);
  }

  /** Connections that have a session. */
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
