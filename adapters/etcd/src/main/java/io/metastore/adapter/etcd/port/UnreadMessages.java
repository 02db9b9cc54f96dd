package io.metastore.adapter.etcd.port;

import io.grpc.MethodDescriptor.Marshaller;
import java.io.InputStream;

/** Passes messages on unparsed. They are open while the call's listener handles them. */
enum UnreadMessages implements Marshaller<InputStream> {
  INSTANCE;

  @Override
  public InputStream stream(InputStream message) {
    return message;
  }

  @Override
  public InputStream parse(InputStream message) {
    return message;
  }
}
