package io.metastore.adapter.etcd.gateway;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Message;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.metastore.adapter.etcd.EtcdLimits;
import io.metastore.adapter.etcd.port.HttpHandler;
import io.metastore.adapter.etcd.port.HttpReply;
import io.metastore.adapter.grpc.EncodedMessage;
import java.io.ByteArrayInputStream;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One call of a service over HTTP. To the service it is a call like any other.
 *
 * <p>The state belongs to the connection's event loop, which also calls the service's listener.
 * Actions of the service on other threads are passed to the event loop. Responses are converted to
 * JSON on the thread that sends them; long ones are sent by threads that are meant for long work.
 */
final class GatewayCall extends ServerCall<Message, Object> implements HttpHandler.Messages {
  /**
   * The number of requests of a WebSocket that can wait for the service. No more are read while so
   * many wait.
   */
  private static final int WAITING_MAX = 64;

  private final Routes.Route route;
  private final ServerMethodDefinition<Message, Object> definition;
  private final HttpReply reply;
  private final Replies replies;
  private final ServerStreamTracer tracer;
  private final int messageBytesMax;
  private final Attributes attributes;

  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean cancelled;

  private @Nullable Listener<Message> listener;
  private @Nullable ScheduledFuture<?> timeout;

  /** The bytes received that are not a complete value yet. */
  private byte[] unread = new byte[0];

  private final Queue<Message> requests = new ArrayDeque<>();
  private boolean delivering;
  private boolean inputEnded;
  private boolean halfClosed;
  private boolean anyRequest;

  private int messagesIn;

  /** Owned by the service, which sends one message at a time. */
  private int messagesOut;

  private @Nullable String unaryReply;
  private boolean begun;

  /** True when the service has ended the call. */
  private boolean closed;

  /** True when the service, the client or the deadline has ended the call. */
  private boolean over;

  GatewayCall(
      Routes.Route route,
      ServerMethodDefinition<Message, Object> definition,
      HttpReply reply,
      Replies replies,
      ServerStreamTracer tracer,
      int messageBytesMax) {
    this.route = route;
    this.definition = definition;
    this.reply = reply;
    this.replies = replies;
    this.tracer = tracer;
    this.messageBytesMax = messageBytesMax;
    SocketAddress client = reply.client();
    this.attributes =
        client == null
            ? Attributes.EMPTY
            : Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, client).build();
  }

  /** Calls the service. */
  void start(Metadata metadata, @Nullable Long timeoutNanos) {
    reply.onGone(() -> cancel(Status.CANCELLED.withDescription("context canceled")));
    reply.onWritable(this::ready);
    if (timeoutNanos != null) {
      timeout = reply.loop().schedule(this::expire, timeoutNanos, TimeUnit.NANOSECONDS);
    }
    Listener<Message> started = definition.getServerCallHandler().startCall(this, metadata);
    listener = started;
    if (closed) {
      started.onComplete(); // the call was refused at once
      return;
    }
    ready();
    deliver();
  }

  // --- from the client --------------------------------------------------------------------------

  @Override
  public void take(byte[] bytes) {
    if (over || inputEnded || isSatisfied()) {
      return;
    }
    byte[] text = bytes;
    if (unread.length > 0) {
      text = Arrays.copyOf(unread, unread.length + bytes.length);
      System.arraycopy(bytes, 0, text, unread.length, bytes.length);
    }
    try {
      int from = readAll(text);
      unread = from == 0 ? text : Arrays.copyOfRange(text, from, text.length);
      if (unread.length > 2L * messageBytesMax) {
        refuse(EtcdLimits.tooLarge(unread.length, messageBytesMax));
      }
    } catch (JsonRefusal e) {
      refuseUnread(String.valueOf(e.getMessage()));
    }
    deliver();
  }

  /** The index after the last complete value. */
  private int readAll(byte[] text) throws JsonRefusal {
    int from = GoJson.skipSpace(text, 0);
    while (from < text.length && !isSatisfied() && !over) {
      int end = GoJson.endOfValue(text, from);
      if (end == GoJson.INCOMPLETE) {
        return from;
      }
      Message request = MessageReader.read(text, from, route.requestPrototype());
      if (request.getSerializedSize() > messageBytesMax) {
        refuse(EtcdLimits.tooLarge(request.getSerializedSize(), messageBytesMax));
        return text.length;
      }
      anyRequest = true;
      tracer.inboundWireSize(request.getSerializedSize());
      requests.add(request);
      from = GoJson.skipSpace(text, end);
    }
    return isSatisfied() ? text.length : from;
  }

  /** Whether a unary method has its one request, so that further input is ignored. */
  private boolean isSatisfied() {
    return anyRequest && route.takesOneMessage();
  }

  @Override
  public void end() {
    if (over || inputEnded) {
      return;
    }
    inputEnded = true;
    if (unread.length > 0 && !isSatisfied()) {
      refuseUnread("unexpected EOF");
    } else if (!anyRequest && route.takesOneMessage()) {
      // An empty body is a request without fields.
      anyRequest = true;
      requests.add(route.requestPrototype());
    }
    deliver();
  }

  /** Passes to the service the messages that it requested. */
  private void deliver() {
    if (listener == null || delivering) {
      return;
    }
    delivering = true;
    while (!over && !requests.isEmpty() && asked.get() > 0) {
      asked.decrementAndGet();
      tracer.inboundMessage(messagesIn++);
      listener.onMessage(requests.remove());
    }
    boolean complete = requests.isEmpty() && (inputEnded || isSatisfied());
    if (!over && complete && !halfClosed) {
      halfClosed = true;
      listener.onHalfClose();
    }
    delivering = false;
    reply.setReading(requests.size() < WAITING_MAX);
  }

  private void ready() {
    if (!over && listener != null) {
      listener.onReady();
    }
  }

  /** Refuses a malformed request. If it is the first one, the service is never called. */
  private void refuseUnread(String why) {
    Status status = Status.INVALID_ARGUMENT.withDescription(why);
    if (!begun && !anyRequest) {
      reply.send(replies.error(status));
      cancel(status);
    } else {
      refuse(status);
    }
  }

  /** Ends the call for the client and for the service. */
  private void refuse(Status status) {
    if (!over) {
      conclude(status);
      cancel(status);
    }
  }

  private void expire() {
    refuse(Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded"));
  }

  private void cancel(Status status) {
    if (cancelled || closed) {
      return;
    }
    cancelled = true;
    over = true;
    stopTimer();
    requests.clear();
    tracer.streamClosed(status);
    if (listener != null) {
      listener.onCancel();
    }
  }

  private void stopTimer() {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  // --- from the service -------------------------------------------------------------------------

  @Override
  public void request(int messages) {
    asked.addAndGet(messages);
    onLoop(this::deliver);
  }

  @Override
  public void sendHeaders(Metadata headers) {
    // The headers are sent with the first message, because the status is unknown until then.
  }

  @Override
  public void sendMessage(Object answer) {
    Message message = toObject(answer);
    tracer.outboundMessage(messagesOut++);
    tracer.outboundWireSize(message.getSerializedSize());
    String json = Replies.json(message);
    if (route.isUnary()) {
      onLoop(() -> unaryReply = json);
    } else {
      byte[] line = Replies.streamed(json);
      onLoop(() -> stream(line));
    }
  }

  private Message toObject(Object answer) {
    return answer instanceof EncodedMessage encoded
        ? (Message)
            definition
                .getMethodDescriptor()
                .parseResponse(new ByteArrayInputStream(encoded.toBytes()))
        : (Message) answer;
  }

  private void stream(byte[] line) {
    if (!over) {
      if (!begun) {
        begun = true;
        reply.begin(replies.streamHead());
      }
      reply.write(line);
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    onLoop(
        () -> {
          if (over) {
            return;
          }
          conclude(status);
          closed = true;
          over = true;
          stopTimer();
          tracer.streamClosed(status);
          if (listener != null) {
            listener.onComplete();
          }
        });
  }

  /** Sends the end of the call to the client. */
  private void conclude(Status status) {
    if (route.isUnary()) {
      reply.send(
          status.isOk()
              ? replies.done(requireNonNull(unaryReply, "a call that is done has a reply"))
              : replies.error(status));
      return;
    }
    if (!begun) {
      begun = true;
      reply.begin(status.isOk() ? replies.emptyStreamHead() : replies.failedStreamHead(status));
    }
    if (!status.isOk()) {
      reply.write(replies.streamError(status));
    }
    reply.end();
  }

  private void onLoop(Runnable action) {
    if (reply.loop().inEventLoop()) {
      action.run();
    } else {
      reply.loop().execute(action);
    }
  }

  @Override
  public boolean isReady() {
    return route.isUnary() || reply.isWritable();
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public MethodDescriptor<Message, Object> getMethodDescriptor() {
    return definition.getMethodDescriptor();
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }
}
