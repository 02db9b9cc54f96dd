package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import io.metastore.adapter.zookeeper.wire.ConnectRequest;
import io.metastore.adapter.zookeeper.wire.ErrorCode;
import io.metastore.adapter.zookeeper.wire.JuteReader;
import io.metastore.adapter.zookeeper.wire.JuteReader.Malformed;
import io.metastore.adapter.zookeeper.wire.JuteWriter;
import io.metastore.adapter.zookeeper.wire.Request;
import io.metastore.adapter.zookeeper.wire.RequestDecoder;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.Command;
import io.metastore.core.command.EndSession;
import io.metastore.core.command.TreeChange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
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
 *       after the reply to the request that set the watch. Events and replies to writes are sent in
 *       the order of their zxids.
 *   <li>If the outcome of a write is unknown, the connection is closed, so that the client reports
 *       a lost connection.
 * </ul>
 *
 * <p>Owned by the event loop of its channel, except {@link #seen}, {@link #servedAs} and {@link
 * #lostSession}.
 */
final class ClientConnection implements Watcher {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  /**
   * Reading from the client pauses at this many requests that have not been answered, and resumes
   * at the second bound.
   */
  private static final int REQUESTS_MAX = 1000;

  private static final int REQUESTS_RESUME = 500;

  /** The same for their memory. */
  private static final int REQUEST_BYTES_MAX = 4 << 20;

  /** About the memory of a request without fields, with what is kept about it until its answer. */
  private static final int REQUEST_BYTES = 256;

  /** A packet of this size is decoded without waiting for memory, if no other request waits. */
  private static final int SMALL_PACKET_BYTES = 1024;

  /** A client that reads nothing for so long while others wait for memory is disconnected. */
  private static final long STALL_MS = 5000;

  /**
   * A client that does not read is disconnected when this many bytes of notifications wait for it.
   */
  private static final int NOTIFICATION_BYTES_MAX = 4 << 20;

  private final PortContext port;
  private final ChannelHandlerContext channel;
  private final Runnable readOn;
  private final long attachment;

  /** Requests that have not been started. */
  private final Deque<Pending> waiting = new ArrayDeque<>();

  /** Writes whose reply has not been sent. */
  private final Deque<Pending> written = new ArrayDeque<>();

  private final Queue<Notification> notifications = new ConcurrentLinkedQueue<>();
  private final AtomicInteger notificationBytes = new AtomicInteger();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final PacketOutput output;
  private final ConnectionLoop loop;
  private final ClientIdentities identities;
  private final Admission admission;
  private final RequestReads reads;
  private boolean connected;

  /** Null before the client has one. */
  private volatile @Nullable AgreedSession session;

  /** Whether the session is known to all members. */
  private boolean global;

  private long writes;
  private long renewedNanos;

  /** Taken from {@link RequestMemory} for the requests that have not been answered. */
  private int requestBytes;

  /** Whether reading is paused. */
  private boolean paused;

  /** Whether {@link #closeIfStalled} is scheduled. */
  private boolean observed;

  private boolean closed;
  private boolean busy = true;
  private boolean running;

  /** Requests that have been started and not answered. */
  private int started;

  private boolean ending;
  private long requestsReceived;
  private long packetsSent;

  private static final class Pending {
    final int xid;

    /** Of memory. */
    final int bytes;

    final Request request;
    final long arrivedNanos = System.nanoTime();
    boolean started;
    volatile @Nullable Outcome outcome;

    Pending(int xid, int bytes, Request request) {
      this.xid = xid;
      this.bytes = bytes;
      this.request = request;
    }
  }

  /**
   * @param readOn decodes what arrived after {@link #hasRoom} has returned false
   */
  ClientConnection(PortContext port, ChannelHandlerContext channel, Runnable readOn) {
    this.port = port;
    this.channel = channel;
    this.readOn = readOn;
    this.output = new PacketOutput(channel);
    this.loop = new ConnectionLoop(channel, this::goOn);
    this.attachment = port.random().nextLong();
    this.identities =
        new ClientIdentities(
            port.authenticator(), (InetSocketAddress) channel.channel().remoteAddress());
    this.admission = new Admission(port.settings(), identities);
    this.reads = new RequestReads(port.watches(), this, identities);
  }

  // --- called by the channel --------------------------------------------------------------------

  /** The TLS handshake is done; the client may have presented a certificate. */
  void secured(SSLSession tls) {
    identities.addCertificate(tls);
  }

  /**
   * Whether the next packet may be decoded. If not, reading pauses until it may be. As in
   * ZooKeeper, a client that has no other request waiting is also served if the server is busy,
   * here only if the packet is small.
   */
  boolean hasRoom(int packetBytes) {
    boolean room = !closed && requests() < REQUESTS_MAX && requestBytes < REQUEST_BYTES_MAX;
    boolean small = requests() == 0 && packetBytes <= SMALL_PACKET_BYTES;
    if (room && (small || port.requestMemory().hasRoom(this))) {
      return true;
    }
    paused = true;
    channel.channel().config().setAutoRead(false);
    return false;
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

  /** The client reads more slowly than it is answered. */
  void unwritable() {
    if (!observed) {
      observed = true;
      closeIfStalled(channel.channel().bytesBeforeWritable());
    }
  }

  private void closeIfStalled(long unread) {
    channel
        .executor()
        .schedule(
            () -> {
              long now = channel.channel().bytesBeforeWritable();
              observed = now > 0 && !closed;
              if (!observed) {
                return;
              }
              if (now >= unread && requestBytes > 0 && port.requestMemory().isShort()) {
                LOG.atWarn()
                    .addKeyValue("remote-address", channel.channel().remoteAddress())
                    .log("closed a connection: its client does not read, and memory is needed");
                channel.close();
              } else {
                closeIfStalled(now);
              }
            },
            STALL_MS,
            TimeUnit.MILLISECONDS);
  }

  void flush() {
    output.flush();
  }

  /** The channel is closed. */
  void closed() {
    closed = true;
    busy = true;
    port.sessions().remove(attachment, session(), this);
    port.watches().forget(this);
    waiting.clear();
    written.clear();
    port.throttle().forget(this, started);
    started = 0;
    port.requestMemory().forget(this);
    port.requestMemory().free(requestBytes);
    requestBytes = 0;
    output.flush();
  }

  // --- events from other threads ----------------------------------------------------------------

  @Override
  public void seen(TreeEvent event) {
    // As in ZooKeeper, a client that may not read the node is not notified, but its watch is used
    // up.
    if (!event.acl().permits(ZnodeAcl.READ, identities.all())) {
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

  /**
   * Closes the connection of a client that this member now serves in another way: that can write
   * again, or can only read now. The client then connects again, here or elsewhere.
   */
  void servedAs(Serving serving) {
    AgreedSession current = session;
    if (current != null && serving != Serving.NOTHING) {
      boolean readOnly = current.kind() == AgreedSession.Kind.READ_ONLY;
      if (readOnly != (serving == Serving.READ_ONLY)) {
        lostSession();
      }
    }
  }

  /** Schedules the handling of outcomes and notifications. Any number of calls from any thread. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      loop.later(this::lookAfter);
    }
  }

  private void lookAfter() {
    woken.set(false);
    goOn();
  }

  private void goOn() {
    answerWrites();
    notifyIfIdle();
    run();
    flush();
  }

  // --- the session ------------------------------------------------------------------------------

  private void connect(ConnectRequest asked) {
    port.stats().connectionRequested();
    port.sessions().add(attachment, this);
    Handshake.Result result =
        new Handshake.Result() {
          @Override
          public void granted(AgreedSession agreed) {
            begin(asked, agreed);
          }

          @Override
          public void expired() {
            asked.refuse(output.buffer());
            sent();
            closeWhenSent();
          }

          @Override
          public void refused() {
            channel.close();
          }
        };
    new Handshake(port, loop, attachment, result).start(asked);
  }

  private void begin(ConnectRequest asked, AgreedSession agreed) {
    session = agreed;
    renewedNanos = System.nanoTime();
    switch (agreed.kind()) {
      case GLOBAL -> global = true;
      case LOCAL -> {
        port.localSessions().attach(agreed.id(), this);
        port.sessions().addUnlogged(agreed.id(), this);
      }
      case READ_ONLY -> port.sessions().addUnlogged(agreed.id(), this);
    }
    boolean readOnly = agreed.kind() == AgreedSession.Kind.READ_ONLY;
    asked.accept(output.buffer(), agreed.timeoutMs(), agreed.id(), agreed.password(), readOnly);
    sent();
    busy = false;
    goOn();
  }

  private void renew() {
    AgreedSession current = session;
    if (current == null) {
      return;
    }
    long now = System.nanoTime();
    long pauseNanos =
        TimeUnit.MILLISECONDS.toNanos(current.timeoutMs()) / AgreedSession.RENEWALS_PER_TIMEOUT;
    if (now - renewedNanos < pauseNanos) {
      return;
    }
    renewedNanos = now;
    if (global) {
      // If the session has ended, the log reports it.
      var unused = port.store().keepAlive(current.id());
    } else {
      port.localSessions().renew(current.id());
    }
  }

  /**
   * Makes a local session known to all members, before its first write. The requests after it wait
   * meanwhile.
   */
  private void upgrade(AgreedSession local) {
    busy = true;
    loop.with(
        port.store()
            .submit(
                Command.newBuilder()
                    .setOpenSession(Handshake.command(local, attachment).setSession(local.id()))
                    .build()),
        outcome -> {
          if (outcome instanceof Outcome.SessionAttached) {
            port.localSessions().remove(local.id());
            global = true;
            busy = false;
          } else {
            channel.close();
          }
        });
  }

  // --- requests ---------------------------------------------------------------------------------

  private void request(ByteBuf packet) throws Malformed {
    int bytes = packet.readableBytes();
    JuteReader in = new JuteReader(packet);
    int xid = in.int32();
    int type = in.int32();
    Request request = RequestDecoder.decode(type, in);
    port.stats().received(Integer.BYTES + bytes);
    requestsReceived++;
    renew();
    // Not left to the task that wake() has scheduled: the reply may be sent before it runs.
    notifyIfIdle();
    if (request instanceof Request.Authenticate authenticate) {
      authenticate(new Pending(xid, 0, request), authenticate);
      return;
    }
    int memory = REQUEST_BYTES + bytes + in.overheadBytes();
    waiting.add(new Pending(xid, memory, request));
    requestBytes += memory;
    port.requestMemory().take(memory);
    run();
  }

  /** Starts all requests that may be started. */
  private void run() {
    if (running) {
      return;
    }
    running = true;
    while (!busy && !ending && !waiting.isEmpty() && channel.channel().isWritable()) {
      if (!port.throttle().hasRoom(this)) {
        break;
      }
      Request next = waiting.element().request;
      int refusal = admission.check(next, requireNonNull(session, "session").kind());
      boolean writes = refusal == ErrorCode.OK && next instanceof Request.Write;
      if (writes && !global && !(next instanceof Request.CloseSession)) {
        upgrade(requireNonNull(session, "session"));
      } else if (writes && global) {
        submit(start(), (Request.Write) next);
      } else if (!written.isEmpty()) {
        break; // a read waits for earlier writes
      } else if (refusal != ErrorCode.OK) {
        refuse(start(), refusal);
      } else if (next instanceof Request.CloseSession) {
        closeUnlogged(start());
      } else {
        answer(start());
      }
    }
    running = false;
    if (paused && !closed && requests() <= REQUESTS_RESUME && requestBytes < REQUEST_BYTES_MAX) {
      paused = false;
      channel.channel().config().setAutoRead(true);
      loop.later(readOn);
    }
  }

  /** Takes the first waiting request. */
  private Pending start() {
    Pending pending = waiting.remove();
    if (!pending.started) {
      pending.started = true;
      started++;
      port.throttle().started();
    }
    return pending;
  }

  private void refuse(Pending pending, int error) {
    boolean unauthenticated = error == ErrorCode.SESSION_CLOSED_REQUIRE_AUTH;
    reply(pending, unauthenticated ? 0 : port.store().cluster().revision(), error, out -> {});
    if (unauthenticated) {
      closeWhenSent();
    }
  }

  /** Ends a session that is not in the log. */
  private void closeUnlogged(Pending pending) {
    port.localSessions().remove(session());
    reply(pending, port.store().cluster().revision(), ErrorCode.OK, out -> {});
    closeWhenSent();
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
                  .setSession(session())
                  .setAttachment(attachment)
                  .setNumber(writes))
          .build();
    }
    TreeChange.Builder change =
        TreeChange.newBuilder()
            .setSession(session())
            .setAttachment(attachment)
            .setNumber(writes)
            .setEnforceQuotas(port.settings().enforcesQuotas())
            .addAllIdentities(identities.all());
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
    if (pending.request instanceof Request.Reconfig reconfig) {
      reconfigure(pending, reconfig);
      return;
    }
    boolean sync = pending.request instanceof Request.Sync;
    read(pending, sync ? Consistency.LINEARIZABLE : Consistency.SERIALIZABLE);
  }

  private void read(Pending pending, Consistency consistency) {
    loop.withView(port.store(), consistency, view -> answer(pending, view));
  }

  private void reconfigure(Pending pending, Request.Reconfig asked) {
    loop.with(
        port.reconfiguration().run(asked, identities.all()),
        error -> {
          if (error == ErrorCode.OK) {
            // The reply is that of a read of the new configuration.
            Request read = new Request.GetData(EnsembleText.PATH, false);
            Pending reading = new Pending(pending.xid, pending.bytes, read);
            reading.started = true;
            read(reading, Consistency.LINEARIZABLE);
          } else {
            reply(pending, port.store().cluster().revision(), error, out -> {});
            busy = false;
          }
        });
  }

  /** Takes ownership of the view and closes it. */
  private void answer(Pending pending, ReadView view) {
    ReadAnswer answer;
    boolean armed;
    try {
      answer = reads.prepare(pending.request, view);
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
      loop.later(
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
      loop.run(
          () -> {
            view.close();
            throw e;
          });
      return;
    }
    loop.run(
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

  // --- watches ----------------------------------------------------------------------------------

  /**
   * Sends all events of watches, unless a request is being processed. The reply to a read must be
   * sent before the events of its watch. The reply to a write must be sent before the events of
   * later changes, and its outcome comes after them.
   */
  private void notifyIfIdle() {
    if (!busy && written.isEmpty()) {
      notify(Long.MAX_VALUE);
    }
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
    boolean proven = identities.prove(authenticate);
    JuteWriter.begin(output.buffer(), pending.xid, 0, proven ? ErrorCode.OK : ErrorCode.AUTH_FAILED)
        .end();
    sent();
    answered(pending);
    if (!proven) {
      port.stats().authenticationFailed();
      closeWhenSent();
    }
  }

  /** Evaluates one message of an authentication by SASL, on another thread. */
  private void authenticate(Pending pending, Request.Sasl request) {
    loop.with(
        CompletableFuture.supplyAsync(
            () -> identities.answer(request.token()), port.store().scans()),
        answer -> {
          // Unlike other replies, this one has a body even after an error.
          int error = answer.failed() ? admission.failedSasl() : ErrorCode.OK;
          JuteWriter.begin(output.buffer(), pending.xid, 0, error).buffer(answer.token()).end();
          sent();
          answered(pending);
          if (answer.failed()) {
            port.stats().authenticationFailed();
          }
          if (error != ErrorCode.OK) {
            closeWhenSent();
            return;
          }
          if (answer.user() != null) {
            identities.addSaslUser(answer.user());
          }
          busy = false;
        });
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
    answered(pending);
  }

  private void answered(Pending pending) {
    if (!closed) {
      requestBytes -= pending.bytes;
      port.requestMemory().free(pending.bytes);
    }
    if (pending.started && started > 0) {
      started--;
      port.throttle().ended();
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - pending.arrivedNanos);
    port.stats().answered(millis);
    if (pending.request instanceof Request.Write) {
      port.stats().answeredWrite(millis);
    } else if (pending.request instanceof Request.Read) {
      port.stats().answeredRead(millis);
    }
  }

  private void send(Notification notification) {
    notification.encode(output.buffer());
    sent();
  }

  /** A packet has been appended to the output. */
  private void sent() {
    port.stats().sent(output.packetEnded());
    packetsSent++;
  }

  private void closeWhenSent() {
    busy = true;
    ending = true;
    output.flush();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> channel.close());
  }

  // --- for four-letter words --------------------------------------------------------------------

  /** The number of requests waiting for their reply; approximate if called from another thread. */
  int requests() {
    return waiting.size() + written.size();
  }

  /** The figures of this connection, for monitoring. */
  PortStatus.Client status() {
    InetSocketAddress address = (InetSocketAddress) channel.channel().remoteAddress();
    AgreedSession current = session;
    return new PortStatus.Client(
        address.getAddress().getHostAddress() + ":" + address.getPort(),
        session(),
        current == null ? 0 : current.timeoutMs(),
        requests(),
        requestsReceived,
        packetsSent);
  }

  /** The session of this connection; 0 before it has one. */
  @Override
  public long session() {
    AgreedSession current = session;
    return current == null ? 0 : current.id();
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
