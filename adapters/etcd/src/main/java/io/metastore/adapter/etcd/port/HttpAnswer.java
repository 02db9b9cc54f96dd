package io.metastore.adapter.etcd.port;

import com.google.protobuf.ByteString;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;

/**
 * A complete HTTP response.
 *
 * @param contentType empty for none
 * @param headers in addition to the content's type and length
 */
public record HttpAnswer(
    HttpResponseStatus status, String contentType, ByteString body, Map<String, String> headers) {

  static final String PLAIN = "text/plain; charset=utf-8";
  static final Map<String, String> NO_SNIFF = Map.of("X-Content-Type-Options", "nosniff");

  public HttpAnswer {
    headers = Map.copyOf(headers);
  }

  /** An answer with a text. */
  public HttpAnswer(
      HttpResponseStatus status, String contentType, String text, Map<String, String> headers) {
    this(status, contentType, ByteString.copyFromUtf8(text), headers);
  }

  public static HttpAnswer ok(String contentType, String body) {
    return new HttpAnswer(HttpResponseStatus.OK, contentType, body, Map.of());
  }

  public static HttpAnswer text(String body) {
    return ok(PLAIN, body);
  }

  static HttpAnswer empty(HttpResponseStatus status) {
    return new HttpAnswer(status, "", "", Map.of());
  }

  /** An error as Go's {@code http.Error} writes it. */
  public static HttpAnswer error(HttpResponseStatus status, String text) {
    return new HttpAnswer(status, PLAIN, text + "\n", NO_SNIFF);
  }

  static HttpAnswer onlyGet() {
    return new HttpAnswer(
        HttpResponseStatus.METHOD_NOT_ALLOWED,
        PLAIN,
        "Method Not Allowed\n",
        Map.of("Allow", "GET", "X-Content-Type-Options", "nosniff"));
  }

  static boolean isGet(FullHttpRequest request) {
    return request.method().equals(HttpMethod.GET);
  }

  byte[] bytes() {
    return body.toByteArray();
  }
}
