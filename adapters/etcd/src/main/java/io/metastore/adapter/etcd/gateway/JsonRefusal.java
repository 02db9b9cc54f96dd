package io.metastore.adapter.etcd.gateway;

import java.io.Serial;

/** A request's JSON cannot be read. The message is what the client is told. */
final class JsonRefusal extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  JsonRefusal(String message) {
    super(message, null, false, false);
  }
}
