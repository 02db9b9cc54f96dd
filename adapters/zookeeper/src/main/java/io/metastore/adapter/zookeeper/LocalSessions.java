package io.metastore.adapter.zookeeper;

import com.google.protobuf.ByteString;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that only this member knows: they cost no log entries. One becomes global, and
 * leaves this table, with its first write. Thread-safe.
 */
final class LocalSessions {
  private final LongSupplier nanoTime;
  private final Map<Long, Entry> byId = new ConcurrentHashMap<>();

  private static final class Entry {
    final AgreedSession session;
    volatile long renewedNanos;
    volatile @Nullable ClientConnection connection;

    Entry(AgreedSession session, long renewedNanos) {
      this.session = session;
      this.renewedNanos = renewedNanos;
    }
  }

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  LocalSessions(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  void add(AgreedSession session) {
    byId.put(session.id(), new Entry(session, nanoTime.getAsLong()));
  }

  /** The session with this ID, if the password is right. */
  @Nullable AgreedSession find(long id, ByteString password) {
    Entry entry = byId.get(id);
    return entry == null || !entry.session.password().equals(password) ? null : entry.session;
  }

  /** Attaches a session to a connection, and ends its connection before. */
  void attach(long id, ClientConnection connection) {
    Entry entry = byId.get(id);
    if (entry != null) {
      ClientConnection before = entry.connection;
      entry.connection = connection;
      entry.renewedNanos = nanoTime.getAsLong();
      if (before != null && before != connection) {
        before.lostSession();
      }
    }
  }

  void renew(long id) {
    Entry entry = byId.get(id);
    if (entry != null) {
      entry.renewedNanos = nanoTime.getAsLong();
    }
  }

  void remove(long id) {
    byId.remove(id);
  }

  int size() {
    return byId.size();
  }

  /** Ends the sessions whose clients have been silent for their timeout. */
  void expire() {
    long now = nanoTime.getAsLong();
    for (Iterator<Entry> entries = byId.values().iterator(); entries.hasNext(); ) {
      Entry entry = entries.next();
      if (now - entry.renewedNanos > TimeUnit.MILLISECONDS.toNanos(entry.session.timeoutMs())) {
        entries.remove();
        ClientConnection connection = entry.connection;
        if (connection != null) {
          connection.lostSession();
        }
      }
    }
  }
}
