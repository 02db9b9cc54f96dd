package io.metastore.adapter.etcd.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Status;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.adapter.etcd.port.HttpAnswer;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.HashMap;
import java.util.Map;

/**
 * Builds HTTP responses in the format of the imitated etcd version: 3.6 introduced a new gateway
 * library, whose errors have another format. Immutable.
 */
final class Replies {
  private static final String JSON = "application/json";
  private static final int NEW_LIBRARY_SINCE_MINOR = 6;

  /** The gateway passes on the headers of the gRPC response. */
  private static final Map<String, String> GRPC_HEADERS =
      Map.of("Grpc-Metadata-Content-Type", "application/grpc");

  private final boolean oldLibrary;

  Replies(EtcdVersion version) {
    this.oldLibrary = version.minorNumber() < NEW_LIBRARY_SINCE_MINOR;
  }

  /** The message as JSON, with original field names and without default values. */
  static String json(Message message) {
    try {
      return Printer.INSTANCE.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("only an Any cannot be printed", e);
    }
  }

  HttpAnswer done(String json) {
    return new HttpAnswer(HttpResponseStatus.OK, JSON, json, GRPC_HEADERS);
  }

  /** The head of the response of a stream with messages. */
  HttpAnswer streamHead() {
    return done("");
  }

  /** The response of a stream that ended successfully without a message. */
  HttpAnswer emptyStreamHead() {
    return new HttpAnswer(HttpResponseStatus.OK, oldLibrary ? JSON : "", "", Map.of());
  }

  /** The head of the response of a stream that failed without a message. */
  HttpAnswer failedStreamHead(Status status) {
    return new HttpAnswer(http(status), JSON, "", Map.of());
  }

  static byte[] streamed(String json) {
    return ("{\"result\":" + json + "}\n").getBytes(UTF_8);
  }

  byte[] streamError(Status status) {
    JsonObject error = new JsonObject();
    if (oldLibrary) {
      HttpResponseStatus http = http(status);
      error.addProperty("grpc_code", status.getCode().value());
      error.addProperty("http_code", http.code());
      error.addProperty("message", text(status));
      error.addProperty("http_status", http.reasonPhrase());
    } else {
      error.addProperty("code", status.getCode().value());
      error.addProperty("message", text(status));
    }
    JsonObject line = new JsonObject();
    line.add("error", error);
    return (line + "\n").getBytes(UTF_8);
  }

  HttpAnswer error(Status status) {
    JsonObject error = new JsonObject();
    if (oldLibrary) {
      error.addProperty("error", text(status));
      error.addProperty("message", text(status));
      error.addProperty("code", status.getCode().value());
    } else {
      error.addProperty("code", status.getCode().value());
      error.addProperty("message", text(status));
    }
    Map<String, String> headers = new HashMap<>();
    if (!oldLibrary && status.getCode() == Status.Code.UNAUTHENTICATED) {
      headers.put("Www-Authenticate", text(status));
    }
    return new HttpAnswer(http(status), JSON, error.toString(), headers);
  }

  HttpAnswer notFound() {
    return oldLibrary
        ? HttpAnswer.error(HttpResponseStatus.NOT_FOUND, "Not Found")
        : error(Status.NOT_FOUND.withDescription("Not Found"));
  }

  HttpAnswer wrongMethod() {
    return oldLibrary
        ? HttpAnswer.error(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed")
        : error(Status.UNIMPLEMENTED.withDescription("Method Not Allowed"));
  }

  private static String text(Status status) {
    return status.getDescription() == null ? "" : status.getDescription();
  }

  private HttpResponseStatus http(Status status) {
    return switch (status.getCode()) {
      case OK -> HttpResponseStatus.OK;
      case CANCELLED ->
          oldLibrary
              ? HttpResponseStatus.REQUEST_TIMEOUT
              : new HttpResponseStatus(499, "Client Closed Request");
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpResponseStatus.BAD_REQUEST;
      case DEADLINE_EXCEEDED -> HttpResponseStatus.GATEWAY_TIMEOUT;
      case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> HttpResponseStatus.CONFLICT;
      case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
      case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
      case RESOURCE_EXHAUSTED -> HttpResponseStatus.TOO_MANY_REQUESTS;
      case UNIMPLEMENTED -> HttpResponseStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
      case UNKNOWN, INTERNAL, DATA_LOSS -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
    };
  }

  /** Created when first needed, because loading its classes would slow down the server's start. */
  private static final class Printer {
    private static final JsonFormat.Printer INSTANCE =
        JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
  }
}
