package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchMessage;
import io.metastore.core.api.WatchSpec;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest;
import io.metastore.etcdapi.etcdserverpb.WatchCreateRequest.FilterType;
import io.metastore.etcdapi.etcdserverpb.WatchResponse;
import io.metastore.etcdapi.mvccpb.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Translates watch requests to specifications, and messages of the store to responses. */
final class WatchTranslator {
  /** The watch ID of responses about the whole stream, or about a watch that was not created. */
  static final long NO_WATCH = -1;

  static final String DUPLICATE_ID = "mvcc: duplicate watch ID provided on the WatchStream";
  static final String EMPTY_RANGE = "mvcc: watcher range is empty";

  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private WatchTranslator() {}

  /**
   * Why the watch cannot be created, or null. Does not check the ID.
   *
   * @param denied why the caller may not watch the range, or null
   */
  static @Nullable String findRefusal(
      WatchCreateRequest request, @Nullable StatusRuntimeException denied) {
    if (request.getStartRevision() < 0) {
      return EtcdError.COMPACTED.text();
    }
    if (denied != null) {
      return goText(denied.getStatus());
    }
    ByteString end = request.getRangeEnd();
    boolean empty =
        !end.isEmpty()
            && !end.equals(ZERO)
            && ByteString.unsignedLexicographicalComparator().compare(key(request), end) >= 0;
    return empty ? EMPTY_RANGE : null;
  }

  /** A status in Go's format: {@code rpc error: code = PermissionDenied desc = …}. */
  private static String goText(Status status) {
    StringBuilder code = new StringBuilder();
    for (String word : status.getCode().name().split("_", -1)) {
      code.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return "rpc error: code = " + code + " desc = " + status.getDescription();
  }

  /** Requires that {@link #findRefusal} returned null for the request. */
  static WatchSpec toSpec(WatchCreateRequest request) {
    return new WatchSpec(
        key(request),
        request.getRangeEnd(),
        request.getStartRevision(),
        !request.getFiltersList().contains(FilterType.NOPUT),
        !request.getFiltersList().contains(FilterType.NODELETE),
        request.getPrevKv(),
        request.getProgressNotify());
  }

  /** The key of the request; the smallest key if it is not set. */
  static ByteString key(WatchCreateRequest request) {
    return request.getKey().isEmpty() ? ZERO : request.getKey();
  }

  static WatchResponse toRefused(ResponseHeader header, String reason) {
    return WatchResponse.newBuilder()
        .setHeader(header)
        .setWatchId(NO_WATCH)
        .setCreated(true)
        .setCanceled(true)
        .setCancelReason(reason)
        .build();
  }

  static WatchResponse toCreated(ResponseHeader header, long watchId) {
    return WatchResponse.newBuilder()
        .setHeader(header)
        .setWatchId(watchId)
        .setCreated(true)
        .build();
  }

  static WatchResponse toCancelled(ResponseHeader header, long watchId) {
    return WatchResponse.newBuilder()
        .setHeader(header)
        .setWatchId(watchId)
        .setCanceled(true)
        .build();
  }

  /** The response that ends a watch whose user has lost the permission. */
  static WatchResponse toDenied(ResponseHeader header, long watchId) {
    return WatchResponse.newBuilder()
        .setHeader(header)
        .setWatchId(watchId)
        .setCanceled(true)
        .setCancelReason(goText(EtcdError.PERMISSION_DENIED.status()))
        .build();
  }

  /**
   * @param header without a revision, as in etcd
   */
  static WatchResponse toCompacted(ResponseHeader header, WatchMessage.Compacted compacted) {
    return WatchResponse.newBuilder()
        .setHeader(header)
        .setWatchId(compacted.watchId())
        .setCanceled(true)
        .setCompactRevision(compacted.compactRevision())
        .build();
  }

  /** etcd has no such limit, so the reason is in our words. */
  static WatchResponse toTooLarge(ResponseHeader header, WatchMessage.TooLarge tooLarge) {
    return WatchResponse.newBuilder()
        .setHeader(header)
        .setWatchId(tooLarge.watchId())
        .setCanceled(true)
        .setCancelReason("events of revision " + tooLarge.revision() + " need too much memory")
        .build();
  }

  static WatchResponse toProgress(ResponseHeader header, long watchId) {
    return WatchResponse.newBuilder().setHeader(header).setWatchId(watchId).build();
  }

  static WatchResponse toEvents(ResponseHeader header, WatchMessage.Events events) {
    WatchResponse.Builder response =
        WatchResponse.newBuilder().setHeader(header).setWatchId(events.watchId());
    List<WatchEvent> list = events.events();
    for (int i = 0; i < list.size(); i++) {
      response.addEvents(toEvent(list.get(i)));
    }
    return response.build();
  }

  /**
   * Writes what {@link #toEvents} builds. Each event's message is garbage as soon as it is written,
   * so a response with very many events takes little more memory than its bytes.
   */
  static byte[] encodeEvents(ResponseHeader header, WatchMessage.Events events) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      WatchResponse.newBuilder()
          .setHeader(header)
          .setWatchId(events.watchId())
          .build()
          .writeTo(out);
      for (WatchEvent event : events.events()) {
        out.writeMessage(WatchResponse.EVENTS_FIELD_NUMBER, toEvent(event));
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot happen: an array is written to
    }
    return bytes.toByteArray();
  }

  private static Event toEvent(WatchEvent event) {
    Event.Builder wire =
        Event.newBuilder()
            .setType(
                event.kind() == WatchEvent.Kind.PUT ? Event.EventType.PUT : Event.EventType.DELETE)
            .setKv(KeyValues.toWire(event.current()));
    if (event.previous() != null) {
      wire.setPrevKv(KeyValues.toWire(event.previous()));
    }
    return wire.build();
  }
}
