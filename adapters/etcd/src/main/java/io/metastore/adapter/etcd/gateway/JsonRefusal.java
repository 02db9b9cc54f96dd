package io.metastore.adapter.etcd.gateway;

import java.io.Serial;

/** A request's JSON is invalid. The message is sent to the client. */
final class JsonRefusal extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  JsonRefusal(String message) {
    super(message, null, false, false);
  }
}
