package io.metastore.bench.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.metastore.bench.load.Wire.Reply;

/** Makes calls through a gRPC channel, like any Java client. */
final class GrpcCalls implements UnaryCalls {
  private final Channel channel;

  GrpcCalls(Channel channel) {
    this.channel = channel;
  }

  @Override
  public void start(MethodDescriptor<Payload, Reply> method, Payload request, Ended ended) {
    ClientCall<Payload, Reply> call = channel.newCall(method, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.ended(status.getCode());
          }
        },
        new Metadata());
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
  }
}
