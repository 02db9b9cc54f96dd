package io.metastore.bench.load;

import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.netty.util.collection.LongObjectHashMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * HPACK for one connection, with a cache for repeated header blocks.
 *
 * <p>A block that consists only of one-byte references keeps its meaning as long as the dynamic
 * table does not change, and only other kinds of blocks change the table. After the first calls all
 * blocks are of this kind, so they are looked up instead of being encoded or decoded again. Owned
 * by the connection's event loop.
 */
final class HeaderBlocks {
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString POST = AsciiString.cached("POST");
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString TE = AsciiString.cached("te");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");
  private static final AsciiString TOKEN = AsciiString.cached("token");

  private final AsciiString authority;
  private final @Nullable AsciiString token;
  private final Http2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
  private final Http2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final Map<String, byte[]> requests = new HashMap<>();
  private final LongObjectHashMap<Optional<Status.Code>> replies = new LongObjectHashMap<>();

  /**
   * @param token sent with each call; null for none
   */
  HeaderBlocks(String authority, @Nullable String token) {
    this.authority = AsciiString.of(authority);
    this.token = token == null ? null : AsciiString.of(token);
  }

  /** Appends the header block for a call of {@code method}. */
  void encode(int streamId, String method, ByteBuf target) throws Http2Exception {
    byte[] known = requests.get(method);
    if (known != null) {
      target.writeBytes(known);
      return;
    }
    int start = target.writerIndex();
    encoder.encodeHeaders(streamId, headers(method), target);
    int length = target.writerIndex() - start;
    if (referencesOnly(target, start, length)) {
      byte[] block = new byte[length];
      target.getBytes(start, block);
      requests.put(method, block);
    } else {
      requests.clear();
    }
  }

  /**
   * Decodes the next {@code length} bytes as a block and returns the code in its grpc-status, if
   * any.
   */
  Optional<Status.Code> decode(int streamId, ByteBuf source, int length) throws Http2Exception {
    ByteBuf block = source.readSlice(length);
    if (length >= Long.BYTES || !referencesOnly(block, block.readerIndex(), length)) {
      replies.clear();
      return status(decoder.decodeHeaders(streamId, block));
    }
    long key = length;
    for (int i = block.readerIndex(); i < block.writerIndex(); i++) {
      key = key << Byte.SIZE | block.getUnsignedByte(i);
    }
    Optional<Status.Code> known = replies.get(key);
    if (known == null) {
      known = status(decoder.decodeHeaders(streamId, block));
      replies.put(key, known);
    }
    return known;
  }

  /** Applies the peer's limit for the size of its decoder's table. */
  void limitEncoderTable(long bytes) throws Http2Exception {
    requests.clear();
    encoder.configuration().maxHeaderTableSize(bytes);
  }

  private Http2Headers headers(String method) {
    List<AsciiString> others = new ArrayList<>(List.of(CONTENT_TYPE, GRPC, TE, TRAILERS));
    if (token != null) {
      others.addAll(List.of(TOKEN, token));
    }
    return ReadOnlyHttp2Headers.clientHeaders(
        false,
        POST,
        AsciiString.of("/" + method),
        HTTP,
        authority,
        others.toArray(AsciiString[]::new));
  }

  private static Optional<Status.Code> status(Http2Headers headers) {
    CharSequence status = headers.get(GRPC_STATUS);
    return status == null
        ? Optional.empty()
        : Optional.of(Status.fromCodeValue(Integer.parseInt(status.toString())).getCode());
  }

  /**
   * Whether each byte is a complete reference: the top bit is set, and the rest is not the prefix
   * of a longer one.
   */
  private static boolean referencesOnly(ByteBuf buffer, int start, int length) {
    for (int i = start; i < start + length; i++) {
      if (buffer.getByte(i) >= -1) {
        return false;
      }
    }
    return true;
  }
}
