package io.metastore.adapter.zookeeper;

import com.google.protobuf.ByteString;
import io.metastore.adapter.zookeeper.AgreedSession.Kind;
import io.metastore.adapter.zookeeper.wire.ConnectRequest;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeView;
import io.metastore.core.command.AttachSession;
import io.metastore.core.command.Command;
import io.metastore.core.command.OpenSession;
import java.util.function.Consumer;

/**
 * Opens the session of one connection, or attaches an existing session to it. Called by the event
 * loop of the connection, once.
 */
final class Handshake {
  private static final int PASSWORD_BYTES = 16;

  private final PortContext port;
  private final ConnectionLoop loop;
  private final long attachment;
  private final Result result;

  /** Receives the result. One of the methods is called, on the event loop. */
  interface Result {
    void granted(AgreedSession session);

    /** The session no longer exists. */
    void expired();

    /** The client cannot be served here. */
    void refused();
  }

  Handshake(PortContext port, ConnectionLoop loop, long attachment, Result result) {
    this.port = port;
    this.loop = loop;
    this.attachment = attachment;
    this.result = result;
  }

  void start(ConnectRequest asked) {
    Serving serving = port.serving();
    if (serving == Serving.READ_ONLY && !asked.canBeReadOnly()) {
      result.refused();
      return;
    }
    // A client must not see an older state than before: if its zxid is ahead of this member, wait.
    boolean waits =
        asked.lastZxid() > port.store().cluster().revision() && serving == Serving.READ_WRITE;
    loop.withView(
        port.store(),
        waits ? Consistency.LINEARIZABLE : Consistency.SERIALIZABLE,
        view -> start(asked, serving, view));
  }

  /** Takes ownership of the view and closes it. */
  private void start(ConnectRequest asked, Serving serving, ReadView view) {
    try (view) {
      // A member whose data is wrong refuses clients, so that they connect to another one.
      if (asked.lastZxid() > view.revision() || view.findCorruption() != null) {
        result.refused();
      } else if (serving == Serving.READ_ONLY) {
        readOnly(asked, view.tree());
      } else if (asked.session() == 0) {
        open(asked);
      } else {
        attach(asked);
      }
    }
  }

  /** A client may go on with its session, although nobody can renew it. */
  private void readOnly(ConnectRequest asked, TreeView tree) {
    AgreedSession local = port.localSessions().find(asked.session(), asked.password());
    if (asked.session() == 0) {
      result.granted(newSession(asked, Kind.READ_ONLY));
    } else if (local != null) {
      result.granted(
          new AgreedSession(local.id(), local.timeoutMs(), local.password(), Kind.READ_ONLY));
    } else if (tree.isSessionPassword(asked.session(), asked.password())) {
      int timeoutMs = tree.sessionTimeoutMs(asked.session());
      result.granted(
          new AgreedSession(asked.session(), timeoutMs, asked.password(), Kind.READ_ONLY));
    } else {
      result.expired();
    }
  }

  private void open(ConnectRequest asked) {
    if (port.settings().sessions().localSessions() != LocalSessionMode.OFF) {
      AgreedSession session = newSession(asked, Kind.LOCAL);
      port.localSessions().add(session);
      result.granted(session);
      return;
    }
    AgreedSession session = newSession(asked, Kind.GLOBAL);
    submit(
        Command.newBuilder().setOpenSession(command(session, attachment)),
        opened ->
            result.granted(
                new AgreedSession(
                    opened.session(), opened.timeoutMs(), session.password(), Kind.GLOBAL)),
        result::refused);
  }

  /** A session that no member knows yet. The ID of one that is opened by the log is not used. */
  private AgreedSession newSession(ConnectRequest asked, Kind kind) {
    byte[] password = new byte[PASSWORD_BYTES];
    port.random().nextBytes(password);
    return new AgreedSession(
        port.random().nextLong() >>> 1,
        port.settings().agreedTimeoutMs(asked.timeoutMs()),
        ByteString.copyFrom(password),
        kind);
  }

  /** The command that makes a session known to all members, without its ID. */
  static OpenSession.Builder command(AgreedSession session, long attachment) {
    return OpenSession.newBuilder()
        .setTimeoutMs(session.timeoutMs())
        .setTtl(session.leaseTtl())
        .setPassword(session.password())
        .setAttachment(attachment);
  }

  private void attach(ConnectRequest asked) {
    AgreedSession local = port.localSessions().find(asked.session(), asked.password());
    if (local != null) {
      result.granted(local);
      return;
    }
    AttachSession.Builder attach =
        AttachSession.newBuilder()
            .setSession(asked.session())
            .setPassword(asked.password())
            .setAttachment(attachment);
    submit(
        Command.newBuilder().setAttachSession(attach),
        attached -> renew(asked, attached),
        result::expired);
  }

  private void renew(ConnectRequest asked, Outcome.SessionAttached attached) {
    loop.with(
        port.store().keepAlive(asked.session()),
        ttl -> {
          if (ttl > 0) {
            result.granted(
                new AgreedSession(
                    attached.session(), attached.timeoutMs(), asked.password(), Kind.GLOBAL));
          } else {
            result.expired();
          }
        });
  }

  private void submit(
      Command.Builder command, Consumer<Outcome.SessionAttached> then, Runnable otherwise) {
    loop.with(
        port.store().submit(command.build()),
        outcome -> {
          if (outcome instanceof Outcome.SessionAttached attached) {
            then.accept(attached);
          } else {
            otherwise.run();
          }
        });
  }
}
