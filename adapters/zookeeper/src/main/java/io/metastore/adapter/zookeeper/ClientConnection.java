package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.adapter.zookeeper.wire.ConnectRequest;
import io.metastore.adapter.zookeeper.wire.ErrorCode;
import io.metastore.adapter.zookeeper.wire.JuteReader;
import io.metastore.adapter.zookeeper.wire.JuteReader.Malformed;
import io.metastore.adapter.zookeeper.wire.JuteWriter;
import io.metastore.adapter.zookeeper.wire.Request;
import io.metastore.adapter.zookeeper.wire.RequestDecoder;
import io.metastore.adapter.zookeeper.wire.WatchType;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.TreeView;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.AttachSession;
import io.metastore.core.command.Command;
import io.metastore.core.command.EndSession;
import io.metastore.core.command.Identity;
import io.metastore.core.command.OpenSession;
import io.metastore.core.command.TreeChange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection, and the session attached to it.
 *
 * <ul>
 *   <li>Replies are sent in the order of the requests. Writes are submitted as they arrive; a read
 *       waits for earlier writes, and all requests after a waiting read wait, too.
 *   <li>The event of a watch is sent before the reply to any request that shows the change, and
 *       after the reply to the request that set the watch.
 *   <li>If the outcome of a write is unknown, the connection is closed, so that the client reports
 *       a lost connection.
 * </ul>
 *
 * <p>Owned by the event loop of its channel, except {@link #seen} and {@link #lostSession}.
 */
final class ClientConnection implements Watcher {
  /**
   * Reading from the client pauses at this many waiting requests, and resumes at the second bound.
   */
  private static final int REQUESTS_MAX = 1000;

  private static final int REQUESTS_RESUME = 500;
  private static final int REQUEST_BYTES_MAX = 4 << 20;

  /**
   * A client that does not read is disconnected when this many bytes of notifications wait for it.
   */
  private static final int NOTIFICATION_BYTES_MAX = 4 << 20;

  private static final int PASSWORD_BYTES = 16;
  private static final int XID_AUTH = -4;

  /**
   * A session is renewed at most once in this fraction of its timeout, however much its client
   * sends.
   */
  private static final int RENEWALS_PER_TIMEOUT = 10;

  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  private final PortContext port;
  private final ChannelHandlerContext channel;
  private final long attachment;

  /** Requests that have not been started. */
  private final Deque<Pending> waiting = new ArrayDeque<>();

  /** Writes whose reply has not been sent. */
  private final Deque<Pending> written = new ArrayDeque<>();

  private final Queue<Notification> notifications = new ConcurrentLinkedQueue<>();
  private final AtomicInteger notificationBytes = new AtomicInteger();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final PacketOutput output;
  private final Identity address;
  private volatile List<Identity> identities;

  /** Null until the client starts to authenticate by SASL. Used by one message at a time. */
  private volatile @Nullable SaslExchange sasl;

  private boolean connected;
  private volatile long session;
  private int timeoutMs;
  private long writes;
  private long renewedNanos;
  private int requestBytes;
  private boolean busy = true;
  private boolean running;
  private boolean ending;
  private long requestsReceived;
  private long packetsSent;

  private static final class Pending {
    final int xid;
    final int bytes;
    final Request request;
    final long arrivedNanos = System.nanoTime();
    volatile @Nullable Outcome outcome;

    Pending(int xid, int bytes, Request request) {
      this.xid = xid;
      this.bytes = bytes;
      this.request = request;
    }
  }

  ClientConnection(PortContext port, ChannelHandlerContext channel) {
    this.port = port;
    this.channel = channel;
    this.output = new PacketOutput(channel);
    this.attachment = port.random().nextLong();
    InetSocketAddress remote = (InetSocketAddress) channel.channel().remoteAddress();
    this.address = Authenticator.address(remote.getAddress().getHostAddress());
    this.identities = List.of(address);
  }

  // --- called by the channel --------------------------------------------------------------------

  /** The TLS handshake is done; the client may have presented a certificate. */
  void secured(SSLSession tls) {
    add(port.authenticator().certificate(tls));
  }

  /** Handles a packet without its length. The caller keeps ownership of the buffer. */
  void received(ByteBuf packet) {
    try {
      if (connected) {
        request(packet);
      } else {
        connected = true;
        connect(ConnectRequest.decode(packet));
      }
    } catch (Malformed e) {
      channel.close();
    }
  }

  /** The client has read some of the queued output. */
  void writable() {
    goOn();
  }

  void flush() {
    output.flush();
  }

  /** The channel is closed. */
  void closed() {
    busy = true;
    port.sessions().remove(attachment, session, this);
    port.watches().forget(this);
    waiting.clear();
    written.clear();
    output.flush();
  }

  // --- events from other threads ----------------------------------------------------------------

  @Override
  public void seen(TreeEvent event) {
    // As in ZooKeeper, a client that may not read the node is not notified, but its watch is used
    // up.
    if (!event.acl().permits(ZnodeAcl.READ, identities)) {
      return;
    }
    Notification notification = new Notification(event.kind(), event.path(), event.revision());
    notifications.add(notification);
    if (notificationBytes.addAndGet(notification.bytes()) > NOTIFICATION_BYTES_MAX) {
      lostSession();
    }
    wake();
  }

  /** The session has ended, is attached to another connection, or can no longer be served here. */
  void lostSession() {
    channel
        .executor()
        .execute(
            () -> {
              if (!ending) {
                channel.close();
              }
            });
  }

  /** Schedules the handling of outcomes and notifications. Any number of calls from any thread. */
  private void wake() {
    if (woken.compareAndSet(false, true)) {
      channel.executor().execute(() -> runOrClose(this::lookAfter));
    }
  }

  private void lookAfter() {
    woken.set(false);
    goOn();
  }

  private void goOn() {
    answerWrites();
    // While a read is in progress, its reply must be sent before the events of its watch.
    if (!busy) {
      notify(Long.MAX_VALUE);
    }
    run();
    flush();
  }

  // --- the session ------------------------------------------------------------------------------

  private void connect(ConnectRequest asked) {
    port.sessions().add(attachment, this);
    // A client must not see an older state than before: if its zxid is ahead of this member, wait.
    boolean ahead = asked.lastZxid() > port.store().cluster().revision();
    withView(
        ahead ? Consistency.LINEARIZABLE : Consistency.SERIALIZABLE,
        view -> {
          long revision = view.revision();
          ByteString configuration = findNewConfiguration(view.tree());
          view.close();
          if (asked.lastZxid() > revision) {
            channel.close();
          } else if (asked.session() == 0) {
            open(asked, configuration);
          } else {
            attach(asked, configuration);
          }
        });
  }

  /** The data to write to {@code /zookeeper/config}; null if it is there already. */
  private @Nullable ByteString findNewConfiguration(TreeView tree) {
    String membership = port.settings().membership();
    ByteString data = ByteString.copyFromUtf8(membership);
    return membership.isEmpty() || data.equals(tree.findData("/zookeeper/config")) ? null : data;
  }

  private void open(ConnectRequest asked, @Nullable ByteString configuration) {
    byte[] random = new byte[PASSWORD_BYTES];
    port.random().nextBytes(random);
    ByteString password = ByteString.copyFrom(random);
    int agreedMs = port.settings().agreedTimeoutMs(asked.timeoutMs());
    OpenSession.Builder open =
        OpenSession.newBuilder()
            .setTimeoutMs(agreedMs)
            .setTtl(leaseTtl(agreedMs))
            .setPassword(password)
            .setAttachment(attachment);
    if (configuration != null) {
      open.setConfiguration(configuration);
    }
    onLoop(
        port.store().submit(Command.newBuilder().setOpenSession(open).build()),
        outcome -> {
          if (outcome instanceof Outcome.SessionAttached opened) {
            begin(asked, opened, password);
          } else {
            channel.close();
          }
        });
  }

  /**
   * The lease's TTL in seconds. It is longer than the session timeout, because a request that
   * arrives just after a renewal causes the next renewal only some time later.
   */
  private static long leaseTtl(int timeoutMs) {
    long ms = (long) timeoutMs + timeoutMs / RENEWALS_PER_TIMEOUT;
    return (ms + 999) / 1000;
  }

  private void attach(ConnectRequest asked, @Nullable ByteString configuration) {
    AttachSession.Builder attach =
        AttachSession.newBuilder()
            .setSession(asked.session())
            .setPassword(asked.password())
            .setAttachment(attachment);
    if (configuration != null) {
      attach.setConfiguration(configuration);
    }
    onLoop(
        port.store().submit(Command.newBuilder().setAttachSession(attach).build()),
        outcome -> {
          if (outcome instanceof Outcome.SessionAttached attached) {
            onLoop(
                port.store().keepAlive(asked.session()),
                ttl -> {
                  if (ttl > 0) {
                    begin(asked, attached, asked.password());
                  } else {
                    refuse(asked);
                  }
                });
          } else {
            refuse(asked);
          }
        });
  }

  private void begin(ConnectRequest asked, Outcome.SessionAttached attached, ByteString password) {
    session = attached.session();
    timeoutMs = attached.timeoutMs();
    renewedNanos = System.nanoTime();
    asked.accept(output.buffer(), attached.timeoutMs(), attached.session(), password);
    sent();
    busy = false;
    goOn();
  }

  private void refuse(ConnectRequest asked) {
    asked.refuse(output.buffer());
    sent();
    closeWhenSent();
  }

  private void renew() {
    long now = System.nanoTime();
    long pauseNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs) / RENEWALS_PER_TIMEOUT;
    if (session != 0 && now - renewedNanos >= pauseNanos) {
      renewedNanos = now;
      // If the session has ended, the log reports it.
      var unused = port.store().keepAlive(session);
    }
  }

  // --- requests ---------------------------------------------------------------------------------

  private void request(ByteBuf packet) throws Malformed {
    int bytes = packet.readableBytes();
    JuteReader in = new JuteReader(packet);
    int xid = in.int32();
    int type = in.int32();
    Request request = RequestDecoder.decode(type, in);
    port.stats().received();
    requestsReceived++;
    renew();
    if (request instanceof Request.Authenticate authenticate) {
      authenticate(new Pending(xid, bytes, request), authenticate);
      return;
    }
    waiting.add(new Pending(xid, bytes, request));
    requestBytes += bytes;
    if (requests() >= REQUESTS_MAX || requestBytes >= REQUEST_BYTES_MAX) {
      channel.channel().config().setAutoRead(false);
    }
    run();
  }

  /** Starts all requests that may be started. */
  private void run() {
    if (running) {
      return;
    }
    running = true;
    while (!busy && !ending && !waiting.isEmpty() && channel.channel().isWritable()) {
      if (waiting.element().request instanceof Request.Write write) {
        submit(waiting.remove(), write);
      } else if (written.isEmpty()) {
        answer(waiting.remove());
      } else {
        break; // a read waits for earlier writes
      }
    }
    running = false;
    if (requests() <= REQUESTS_RESUME && requestBytes < REQUEST_BYTES_MAX) {
      channel.channel().config().setAutoRead(true);
    }
  }

  private void submit(Pending pending, Request.Write write) {
    written.add(pending);
    ending |= write instanceof Request.CloseSession;
    port.store()
        .submit(command(write))
        .whenComplete(
            (outcome, failure) -> {
              if (failure == null) {
                pending.outcome = outcome;
                wake();
              } else {
                channel.close(); // the outcome is unknown
              }
            });
  }

  private Command command(Request.Write write) {
    writes++;
    if (write instanceof Request.CloseSession) {
      return Command.newBuilder()
          .setEndSession(
              EndSession.newBuilder()
                  .setSession(session)
                  .setAttachment(attachment)
                  .setNumber(writes))
          .build();
    }
    TreeChange.Builder change =
        TreeChange.newBuilder()
            .setSession(session)
            .setAttachment(attachment)
            .setNumber(writes)
            .setEnforceQuotas(port.settings().enforcesQuotas())
            .addAllIdentities(identities);
    if (write instanceof Request.Change single) {
      change.addOps(single.op());
    } else if (write instanceof Request.Multi multi) {
      multi.changes().forEach(part -> change.addOps(part.op()));
    }
    return Command.newBuilder().setTreeChange(change).build();
  }

  private void answerWrites() {
    while (!written.isEmpty()) {
      Pending pending = written.element();
      Outcome outcome = pending.outcome;
      if (outcome == null) {
        return;
      }
      written.remove();
      if (outcome instanceof Outcome.Failed) {
        // refused by the store, for instance as too large; later requests must not be executed
        // either
        channel.close();
        return;
      }
      Request.Write write = (Request.Write) pending.request;
      reply(
          pending,
          outcome.revision(),
          WriteAnswers.error(write, outcome),
          out -> WriteAnswers.writeBody(write, outcome, out));
      if (write instanceof Request.CloseSession || WriteAnswers.endsConnection(outcome)) {
        closeWhenSent();
      }
    }
  }

  private void answer(Pending pending) {
    if (pending.request instanceof Request.Refused refused) {
      reply(pending, port.store().cluster().revision(), refused.error(), out -> {});
      if (refused.close()) {
        closeWhenSent();
      }
      return;
    }
    busy = true;
    if (pending.request instanceof Request.Sasl sasl) {
      authenticate(pending, sasl);
      return;
    }
    boolean sync = pending.request instanceof Request.Sync;
    withView(
        sync ? Consistency.LINEARIZABLE : Consistency.SERIALIZABLE, view -> answer(pending, view));
  }

  /** Takes ownership of the view and closes it. */
  private void answer(Pending pending, ReadView view) {
    ReadAnswer answer;
    boolean armed;
    try {
      answer = prepare(pending.request, view);
      armed = port.watches().arm(this, answer.watches(), view.revision());
    } catch (RuntimeException | OutOfMemoryError e) {
      view.close();
      throw e;
    }
    if (!armed) {
      // A change was announced since the view was opened, and will be readable in a moment: try
      // again.
      view.close();
      waiting.addFirst(pending);
      channel
          .executor()
          .execute(
              () -> {
                busy = false;
                goOn();
              });
    } else if (answer.slow()) {
      port.store().scans().execute(() -> answerSlowly(pending, view, answer));
    } else {
      answered(pending, view, answer);
    }
  }

  /** Called on another thread than the event loop. */
  private void answerSlowly(Pending pending, ReadView view, ReadAnswer answer) {
    ByteBuf body = channel.alloc().ioBuffer();
    try {
      answer.body().accept(new JuteWriter(body));
    } catch (RuntimeException | OutOfMemoryError e) {
      body.release();
      here(
          () -> {
            view.close();
            throw e;
          });
      return;
    }
    here(
        () -> {
          try {
            answered(pending, view, ReadAnswer.of(out -> out.raw(body)));
          } finally {
            body.release();
          }
        });
  }

  private void answered(Pending pending, ReadView view, ReadAnswer answer) {
    try {
      for (Notification missed : answer.missed()) {
        send(missed);
      }
      reply(pending, view.revision(), answer.error(), answer.body());
    } finally {
      view.close();
    }
    busy = false;
  }

  private ReadAnswer prepare(Request request, ReadView view) {
    if (request instanceof Request.Sync sync) {
      return ReadAnswer.of(out -> out.string(sync.path()));
    }
    TreeReads reads = new TreeReads(view.tree(), identities, session);
    // Java 17 has no switch over types.
    Request.Read read = (Request.Read) request;
    if (read instanceof Request.Exists exists) {
      return reads.exists(exists);
    } else if (read instanceof Request.GetData get) {
      return reads.data(get);
    } else if (read instanceof Request.GetChildren get) {
      return reads.children(get);
    } else if (read instanceof Request.GetAcl get) {
      return reads.acl(get);
    } else if (read instanceof Request.CountDescendants count) {
      return reads.countDescendants(count);
    } else if (read instanceof Request.GetEphemerals get) {
      return reads.ephemerals(get);
    } else if (read instanceof Request.MultiRead multi) {
      return reads.multi(multi);
    } else if (read instanceof Request.WhoAmI) {
      return reads.whoAmI();
    } else if (read instanceof Request.AddWatch add) {
      return ReadAnswer.of(out -> out.int32(ErrorCode.OK))
          .arming(add.recursive() ? WatchKind.RECURSIVE : WatchKind.PERSISTENT, add.path());
    } else if (read instanceof Request.RemoveWatches remove) {
      return removeWatches(remove);
    } else if (read instanceof Request.SetWatches set) {
      RestoredWatches restored = RestoredWatches.of(set, view.tree());
      return new ReadAnswer(ErrorCode.OK, restored.armed(), restored.missed(), false, out -> {});
    }
    return ReadAnswer.of(out -> {}); // a ping
  }

  // --- watches ----------------------------------------------------------------------------------

  private ReadAnswer removeWatches(Request.RemoveWatches remove) {
    int kinds = kinds(remove.type());
    boolean any =
        remove.onlyCheck()
            ? (port.watches().kinds(this, remove.path()) & kinds) != 0
            : port.watches().disarm(this, remove.path(), kinds);
    return any ? ReadAnswer.of(out -> {}) : ReadAnswer.error(ErrorCode.NO_WATCHER);
  }

  private static int kinds(WatchType type) {
    return switch (type) {
      case CHILDREN -> WatchKind.CHILDREN.bit();
      case DATA -> WatchKind.DATA.bit();
      case PERSISTENT -> WatchKind.PERSISTENT.bit();
      case PERSISTENT_RECURSIVE -> WatchKind.RECURSIVE.bit();
      case ANY -> ~0;
    };
  }

  /** Sends the events of watches up to a revision. */
  private void notify(long revision) {
    for (Notification head = notifications.peek();
        head != null && head.revision() <= revision;
        head = notifications.peek()) {
      notifications.remove();
      notificationBytes.addAndGet(-head.bytes());
      send(head);
    }
  }

  // --- identities -------------------------------------------------------------------------------

  /**
   * Handled without waiting for earlier requests: the new identity applies to all later requests.
   */
  private void authenticate(Pending pending, Request.Authenticate authenticate) {
    ByteString secret = authenticate.secret();
    List<Identity> shown =
        authenticate.scheme().equals(address.getScheme())
            ? List.of(address)
            : port.authenticator()
                .authenticate(authenticate.scheme(), secret == null ? ByteString.EMPTY : secret);
    JuteWriter.begin(
            output.buffer(), XID_AUTH, 0, shown.isEmpty() ? ErrorCode.AUTH_FAILED : ErrorCode.OK)
        .end();
    sent();
    answered(pending);
    if (shown.isEmpty()) {
      closeWhenSent();
      return;
    }
    add(shown);
  }

  private void add(List<Identity> proven) {
    List<Identity> all = new ArrayList<>(identities);
    proven.stream().filter(identity -> !all.contains(identity)).forEach(all::add);
    identities = List.copyOf(all);
  }

  /** Evaluates one message of an authentication by SASL, on another thread. */
  private void authenticate(Pending pending, Request.Sasl request) {
    onLoop(
        CompletableFuture.supplyAsync(() -> saslAnswer(request.token()), port.store().scans()),
        answer -> {
          // Unlike other replies, this one has a body even after an error.
          int error = answer.failed() ? ErrorCode.AUTH_FAILED : ErrorCode.OK;
          JuteWriter.begin(output.buffer(), pending.xid, 0, error).buffer(answer.token()).end();
          sent();
          requestBytes -= pending.bytes;
          answered(pending);
          if (answer.failed()) {
            closeWhenSent();
            return;
          }
          if (answer.user() != null) {
            add(port.authenticator().saslUser(answer.user()));
          }
          busy = false;
        });
  }

  /**
   * @param token to be sent to the client; null for none
   * @param user the authenticated user; null if authentication is not complete
   */
  private record SaslAnswer(@Nullable ByteString token, @Nullable String user, boolean failed) {}

  /** As in ZooKeeper, the answer has no token if SASL is off. */
  private SaslAnswer saslAnswer(ByteString token) {
    try {
      SaslExchange exchange = sasl;
      if (exchange == null || exchange.findUser() != null) {
        exchange = port.authenticator().startSasl();
        sasl = exchange;
      }
      if (exchange == null) {
        return new SaslAnswer(null, null, false);
      }
      byte[] answer = exchange.answer(token);
      return new SaslAnswer(
          answer == null ? null : ByteString.copyFrom(answer), exchange.findUser(), false);
    } catch (SaslException e) {
      LOG.atWarn()
          .addKeyValue("remote-address", channel.channel().remoteAddress())
          .addKeyValue("error", e.getMessage())
          .log("a client failed to authenticate by SASL");
      return new SaslAnswer(null, null, true);
    }
  }

  // --- sending ----------------------------------------------------------------------------------

  private void reply(Pending pending, long zxid, int error, Consumer<JuteWriter> body) {
    notify(zxid);
    JuteWriter packet = JuteWriter.begin(output.buffer(), pending.xid, zxid, error);
    if (error == ErrorCode.OK) {
      try {
        body.accept(packet);
      } catch (RuntimeException e) {
        channel.close(); // the packet is incomplete
        throw e;
      }
    }
    packet.end();
    sent();
    requestBytes -= pending.bytes;
    answered(pending);
  }

  private void answered(Pending pending) {
    port.stats().answered(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - pending.arrivedNanos));
  }

  private void send(Notification notification) {
    notification.encode(output.buffer());
    sent();
  }

  /** A packet has been appended to the output. */
  private void sent() {
    output.packetEnded();
    port.stats().sent();
    packetsSent++;
  }

  private void closeWhenSent() {
    busy = true;
    ending = true;
    output.flush();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> channel.close());
  }

  /** Continues on the event loop with a view, which the consumer must close. */
  private void withView(Consistency consistency, Consumer<ReadView> then) {
    port.store()
        .view(consistency)
        .whenComplete(
            (view, failure) ->
                here(
                    () -> {
                      if (failure != null) {
                        channel.close();
                      } else if (channel.channel().isActive()) {
                        then.accept(view);
                      } else {
                        view.close();
                      }
                    }));
  }

  /**
   * Continues on the event loop with a result. A failure closes the connection, so that the client
   * connects elsewhere.
   */
  private <T> void onLoop(CompletableFuture<T> future, Consumer<T> then) {
    future.whenComplete(
        (result, failure) ->
            here(
                () -> {
                  if (failure == null && channel.channel().isActive()) {
                    then.accept(result);
                  } else {
                    channel.close();
                  }
                }));
  }

  /**
   * Runs a task on the event loop. If it fails, the connection is closed: its client would wait.
   */
  private void here(Runnable task) {
    if (channel.executor().inEventLoop()) {
      runOrClose(task);
    } else {
      channel
          .executor()
          .execute(
              () -> {
                runOrClose(task);
                runOrClose(this::goOn);
              });
    }
  }

  private void runOrClose(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      channel.pipeline().fireExceptionCaught(e);
    }
  }

  // --- for four-letter words --------------------------------------------------------------------

  /** The number of requests waiting for their reply; approximate if called from another thread. */
  int requests() {
    return waiting.size() + written.size();
  }

  /** The figures of this connection, for monitoring. */
  PortStatus.Client status() {
    InetSocketAddress address = (InetSocketAddress) channel.channel().remoteAddress();
    return new PortStatus.Client(
        address.getAddress().getHostAddress() + ":" + address.getPort(),
        session,
        timeoutMs,
        requests(),
        requestsReceived,
        packetsSent);
  }

  /** The session of this connection; 0 before it has one. */
  @Override
  public long session() {
    return session;
  }

  /** The description shown by {@code cons} and {@code stat}. */
  String describe() {
    return " %s[1](queued=%d,recved=%d,sent=%d)"
        .formatted(
            requireNonNull(channel.channel().remoteAddress()),
            requests(),
            requestsReceived,
            packetsSent);
  }
}
