package io.metastore.adapter.etcd.port;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.Serial;

/** The body of a request is too large, or came too slowly. */
final class BodyRefused extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final transient HttpResponseStatus status;

  BodyRefused(HttpResponseStatus status) {
    super(status.toString(), null, false, false);
    this.status = status;
  }

  HttpResponseStatus status() {
    return status;
  }
}
