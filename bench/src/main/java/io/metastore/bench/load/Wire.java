package io.metastore.bench.load;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import java.io.InputStream;

/** etcd's unary methods, called with serialized requests and without parsing the replies. */
final class Wire {
  /** Stands for a received reply; its contents are checked before the run, not during it. */
  enum Reply {
    RECEIVED
  }

  private static final Marshaller<Payload> REQUESTS =
      new Marshaller<>() {
        @Override
        public InputStream stream(Payload payload) {
          payload.reset();
          return payload;
        }

        @Override
        public Payload parse(InputStream stream) {
          throw new UnsupportedOperationException("requests are only sent");
        }
      };

  private static final Marshaller<Reply> REPLIES =
      new Marshaller<>() {
        @Override
        public InputStream stream(Reply reply) {
          throw new UnsupportedOperationException("replies are only received");
        }

        @Override
        public Reply parse(InputStream stream) {
          return Reply.RECEIVED;
        }
      };

  static final MethodDescriptor<Payload, Reply> PUT = raw(KVGrpc.getPutMethod());
  static final MethodDescriptor<Payload, Reply> RANGE = raw(KVGrpc.getRangeMethod());
  static final MethodDescriptor<Payload, Reply> TXN = raw(KVGrpc.getTxnMethod());

  private Wire() {}

  private static MethodDescriptor<Payload, Reply> raw(MethodDescriptor<?, ?> method) {
    return method.toBuilder(REQUESTS, REPLIES).build();
  }
}
