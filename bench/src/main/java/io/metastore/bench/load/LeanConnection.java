package io.metastore.bench.load;

import io.grpc.Status;
import io.metastore.bench.load.UnaryCalls.Ended;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one HTTP/2 connection with unary gRPC calls (RFC 9113).
 *
 * <p>Replies are only counted, so their data is skipped. Everything runs on the connection's event
 * loop. Calls that are started while input is handled are sent in one write at its end.
 */
final class LeanConnection extends ByteToMessageDecoder {
  private static final int FRAME_HEADER_BYTES = 9;
  private static final int MESSAGE_HEADER_BYTES = 5;
  private static final int FRAME_BYTES_MAX = Http2CodecUtil.MAX_FRAME_SIZE_LOWER_BOUND;
  private static final int RECEIVE_WINDOW = 1 << 30;

  private static final int END_STREAM = 0x1;
  private static final int ACK = 0x1;
  private static final int END_HEADERS = 0x4;
  private static final int PADDED = 0x8;
  private static final int PRIORITY = 0x20;

  private final HeaderBlocks headers;
  private final IntObjectHashMap<Ended> open = new IntObjectHashMap<>();
  private final Queue<Call> waiting = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private ByteBuf output = Unpooled.EMPTY_BUFFER;
  private boolean readingInput;
  private boolean closed;
  private int nextStreamId = 1;
  private long connectionWindow = Http2CodecUtil.DEFAULT_WINDOW_SIZE;
  private long streamWindow = Http2CodecUtil.DEFAULT_WINDOW_SIZE;
  private int received;

  /**
   * @param token null for calls without a token
   */
  LeanConnection(String authority, @Nullable String token) {
    this.headers = new HeaderBlocks(authority, token);
  }

  /** Whether no more calls can be started. */
  boolean isClosed() {
    return closed;
  }

  /** Starts a call, or queues it until the connection is open and the peer accepts more streams. */
  void start(String method, Payload request, Ended ended) {
    waiting.add(new Call(method, request, ended));
    sendWaiting();
    if (!readingInput) {
      flushOutput();
    }
  }

  /** Ends all calls with this code and closes the connection. */
  void close(Status.Code code) {
    closed = true;
    List<Ended> ended = new ArrayList<>(open.values());
    waiting.forEach(call -> ended.add(call.ended()));
    open.clear();
    waiting.clear();
    ended.forEach(call -> call.ended(code));
    if (context != null) {
      context.close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    context = active;
    output = active.alloc().buffer();
    output.writeBytes(Http2CodecUtil.connectionPrefaceBuf());
    frame(Http2FrameTypes.SETTINGS, 0, 0, 2 * 6);
    output.writeShort(Http2CodecUtil.SETTINGS_ENABLE_PUSH).writeInt(0);
    output.writeShort(Http2CodecUtil.SETTINGS_INITIAL_WINDOW_SIZE).writeInt(RECEIVE_WINDOW);
    windowUpdate(RECEIVE_WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
    sendWaiting();
    flushOutput();
  }

  @Override
  public void channelRead(ChannelHandlerContext active, Object input) throws Exception {
    readingInput = true;
    super.channelRead(active, input);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext active) throws Exception {
    readingInput = false;
    flushOutput();
    super.channelReadComplete(active);
  }

  @Override
  public void channelInactive(ChannelHandlerContext active) throws Exception {
    close(Status.Code.UNAVAILABLE);
    super.channelInactive(active);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext active, Throwable cause) {
    close(Status.Code.UNAVAILABLE);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext removed) {
    output.release();
    output = Unpooled.EMPTY_BUFFER;
  }

  @Override
  protected void decode(ChannelHandlerContext active, ByteBuf input, List<Object> out)
      throws Http2Exception {
    while (input.readableBytes() >= FRAME_HEADER_BYTES) {
      int start = input.readerIndex();
      int length = input.getUnsignedMedium(start);
      if (input.readableBytes() < FRAME_HEADER_BYTES + length) {
        return;
      }
      input.skipBytes(FRAME_HEADER_BYTES);
      int end = input.readerIndex() + length;
      handle(
          input.getByte(start + 3), input.getByte(start + 4), input.getInt(start + 5), input, end);
      input.readerIndex(end);
    }
  }

  private void handle(byte type, byte flags, int streamId, ByteBuf input, int end)
      throws Http2Exception {
    switch (type) {
      case Http2FrameTypes.DATA -> countReceived(end - input.readerIndex());
      case Http2FrameTypes.HEADERS -> handleHeaders(flags, streamId, input, end);
      case Http2FrameTypes.RST_STREAM -> end(streamId, Status.Code.UNAVAILABLE);
      case Http2FrameTypes.SETTINGS -> {
        if ((flags & ACK) == 0) {
          handleSettings(input, end);
        }
      }
      case Http2FrameTypes.PING -> {
        if ((flags & ACK) == 0) {
          frame(Http2FrameTypes.PING, ACK, 0, end - input.readerIndex());
          output.writeBytes(input, end - input.readerIndex());
        }
      }
      case Http2FrameTypes.GO_AWAY -> close(Status.Code.UNAVAILABLE);
      case Http2FrameTypes.WINDOW_UPDATE -> {
        // A request always fits into the initial window of its stream, so only the connection's
        // window matters.
        if (streamId == 0) {
          connectionWindow += input.readInt();
          sendWaiting();
        }
      }
      default -> {
        // RFC 9113, 5.5: frames of unknown types are ignored.
      }
    }
  }

  private void handleHeaders(byte flags, int streamId, ByteBuf input, int end)
      throws Http2Exception {
    if ((flags & END_HEADERS) == 0) {
      throw Http2Exception.connectionError(
          Http2Error.INTERNAL_ERROR, "reply headers in several frames");
    }
    int padding = (flags & PADDED) == 0 ? 0 : input.readUnsignedByte();
    if ((flags & PRIORITY) != 0) {
      input.skipBytes(5);
    }
    Optional<Status.Code> code =
        headers.decode(streamId, input, end - padding - input.readerIndex());
    if ((flags & END_STREAM) != 0) {
      end(streamId, code.orElse(Status.Code.UNKNOWN));
    }
  }

  private void handleSettings(ByteBuf input, int end) throws Http2Exception {
    while (input.readerIndex() < end) {
      int setting = input.readUnsignedShort();
      long value = input.readUnsignedInt();
      if (setting == Http2CodecUtil.SETTINGS_INITIAL_WINDOW_SIZE) {
        streamWindow = value;
      } else if (setting == Http2CodecUtil.SETTINGS_HEADER_TABLE_SIZE) {
        headers.limitEncoderTable(value);
      }
    }
    frame(Http2FrameTypes.SETTINGS, ACK, 0, 0);
  }

  private void end(int streamId, Status.Code code) {
    Ended ended = open.remove(streamId);
    if (ended != null) {
      ended.ended(code);
    }
  }

  private void countReceived(int bytes) {
    received += bytes;
    if (received > RECEIVE_WINDOW / 2) {
      windowUpdate(received);
      received = 0;
    }
  }

  private void sendWaiting() {
    if (context == null || closed) {
      return;
    }
    for (Call call = waiting.peek(); call != null; call = waiting.peek()) {
      int bytes = MESSAGE_HEADER_BYTES + call.request().length();
      if (bytes > connectionWindow || bytes > streamWindow) {
        return;
      }
      waiting.remove();
      connectionWindow -= bytes;
      send(call);
    }
  }

  private void send(Call call) {
    int streamId = nextStreamId;
    nextStreamId += 2;
    open.put(streamId, call.ended());

    int headerFrame = output.writerIndex();
    frame(Http2FrameTypes.HEADERS, END_HEADERS, streamId, 0);
    try {
      headers.encode(streamId, call.method(), output);
    } catch (Http2Exception e) {
      throw new IllegalStateException("headers of " + call.method() + " cannot be encoded", e);
    }
    output.setMedium(headerFrame, output.writerIndex() - headerFrame - FRAME_HEADER_BYTES);

    int length = call.request().length();
    int first = Math.min(length, FRAME_BYTES_MAX - MESSAGE_HEADER_BYTES);
    frame(
        Http2FrameTypes.DATA,
        first == length ? END_STREAM : 0,
        streamId,
        MESSAGE_HEADER_BYTES + first);
    output.writeByte(0).writeInt(length);
    call.request().copyTo(output, 0, first);
    for (int sent = first; sent < length; ) {
      int part = Math.min(length - sent, FRAME_BYTES_MAX);
      frame(Http2FrameTypes.DATA, sent + part == length ? END_STREAM : 0, streamId, part);
      call.request().copyTo(output, sent, part);
      sent += part;
    }
  }

  private void windowUpdate(int bytes) {
    frame(Http2FrameTypes.WINDOW_UPDATE, 0, 0, Integer.BYTES);
    output.writeInt(bytes);
  }

  private void frame(byte type, int flags, int streamId, int length) {
    output.writeMedium(length).writeByte(type).writeByte(flags).writeInt(streamId);
  }

  private void flushOutput() {
    if (context != null && output.isReadable()) {
      ByteBuf full = output;
      output = context.alloc().buffer(full.capacity());
      context.writeAndFlush(full, context.voidPromise());
    }
  }

  private record Call(String method, Payload request, Ended ended) {}
}
