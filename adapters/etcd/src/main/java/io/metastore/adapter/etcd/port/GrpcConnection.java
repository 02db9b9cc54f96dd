package io.metastore.adapter.etcd.port;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.WriteQueueAccess;
import io.metastore.adapter.grpc.PacedConnection;
import io.netty.channel.Channel;

/** A connection served by gRPC, with the operations that its calls may use. */
record GrpcConnection(GrpcHttp2ConnectionHandler handler, Channel channel)
    implements PacedConnection {
  @Override
  public void flush() {
    WriteQueueAccess.flush(handler);
  }

  @Override
  public void close() {
    ClientPort.cut(channel);
  }
}
