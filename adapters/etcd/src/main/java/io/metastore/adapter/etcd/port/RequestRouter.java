package io.metastore.adapter.etcd.port;

import io.metastore.tls.CertificateNames;
import io.netty.channel.Channel;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Map;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes complete requests of one connection to the endpoints and handlers of a site, in the same
 * way for HTTP/1.1 and HTTP/2. Owned by the connection's event loop.
 */
final class RequestRouter {
  private static final Logger LOG = LoggerFactory.getLogger(RequestRouter.class);

  private final HttpSite site;
  private final Channel connection;

  RequestRouter(HttpSite site, Channel connection) {
    this.site = site;
    this.connection = connection;
  }

  /**
   * Serves a request.
   *
   * @param request as failed if it was malformed or too large; is released
   * @param upgrade opens a WebSocket if the request asks for one; then true
   */
  void serve(FullHttpRequest request, HttpReply reply, Predicate<HttpHandler> upgrade) {
    Throwable malformed = request.decoderResult().cause();
    String path = HttpSite.path(request.uri());
    HttpAnswer refusal =
        malformed != null
            ? refusal(malformed)
            : site.findRefusal(request.headers().get(HttpHeaderNames.HOST));
    HttpEndpoint endpoint = site.findEndpoint(path);
    HttpHandler handler = site.findHandler(path);
    if (refusal != null) {
      reply.send(refusal);
    } else if (request.method().equals(HttpMethod.OPTIONS)) {
      reply.send(HttpAnswer.empty(HttpResponseStatus.OK));
    } else if (endpoint != null) {
      serve(endpoint, request, reply);
    } else if (handler == null) {
      reply.send(HttpAnswer.error(HttpResponseStatus.NOT_FOUND, "404 page not found"));
    } else if ((refusal = findRefusal(handler)) != null) {
      reply.send(refusal);
    } else if (!upgrade.test(handler)) {
      serve(handler, request, reply);
    }
    request.release();
  }

  /**
   * Adds the headers of a response, except those that the HTTP version requires.
   *
   * @param request the request that is answered
   */
  void addHeaders(HttpHeaders headers, FullHttpRequest request, HttpAnswer answer) {
    Map<String, String> cors = site.corsHeaders(request.headers().get(HttpHeaderNames.ORIGIN));
    cors.forEach(headers::set);
    if (!answer.contentType().isEmpty()) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    }
    headers.set(HttpHeaderNames.DATE, now());
    answer.headers().forEach(headers::set);
  }

  private @Nullable HttpAnswer findRefusal(HttpHandler handler) {
    SslHandler tls = connection.pipeline().get(SslHandler.class);
    if (tls == null) {
      return null;
    }
    try {
      X509Certificate certificate =
          (X509Certificate) tls.engine().getSession().getPeerCertificates()[0];
      String commonName = CertificateNames.of(certificate).commonName();
      return commonName.isEmpty() ? null : handler.findRefusal(commonName);
    } catch (SSLPeerUnverifiedException e) {
      return null; // the client showed none
    }
  }

  private static void serve(HttpEndpoint endpoint, FullHttpRequest request, HttpReply reply) {
    request.retain();
    try {
      endpoint
          .serve(request)
          .whenComplete(
              (answer, failure) -> {
                request.release();
                HttpAnswer told = failure == null ? answer : failed(request, failure);
                if (reply.loop().inEventLoop()) {
                  reply.send(told);
                } else {
                  reply.loop().execute(() -> reply.send(told));
                }
              });
    } catch (RuntimeException e) {
      request.release();
      reply.send(failed(request, e));
    }
  }

  private static void serve(HttpHandler handler, FullHttpRequest request, HttpReply reply) {
    try {
      handler.serve(request, reply);
    } catch (RuntimeException e) {
      reply.send(failed(request, e));
    }
  }

  private static HttpAnswer failed(FullHttpRequest request, Throwable failure) {
    LOG.atWarn().setCause(failure).addKeyValue("uri", request.uri()).log("http error");
    return HttpAnswer.error(HttpResponseStatus.INTERNAL_SERVER_ERROR, "Internal Server Error");
  }

  private static HttpAnswer refusal(Throwable malformed) {
    HttpResponseStatus status = HttpResponseStatus.BAD_REQUEST;
    if (malformed instanceof TooLongHttpLineException) {
      status = HttpResponseStatus.REQUEST_URI_TOO_LONG;
    } else if (malformed instanceof TooLongHttpHeaderException) {
      status = HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
    } else if (malformed instanceof BodyRefused refused) {
      status = refused.status();
    }
    return HttpAnswer.error(status, status.toString());
  }

  @SuppressWarnings("JavaUtilDate") // required by Netty's date formatter
  private static String now() {
    return DateFormatter.format(new Date());
  }
}
