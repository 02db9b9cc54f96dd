package io.metastore.bench.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.metastore.bench.load.Wire.Reply;

/**
 * A logical client of a unary method, which is also the listener of its calls.
 *
 * <p>One call is under way at a time, so its state needs no lock: gRPC orders the end of a call
 * after its start, and the next start happens inside that end.
 */
final class UnaryClient extends ClientCall.Listener<Reply> implements LogicalClient {
  private final Channel channel;
  private final MethodDescriptor<Payload, Reply> method;
  private final RequestSource requests;
  private final Gate gate;
  private final Tally tally;
  private final Pause pause;
  private long startNanos;

  UnaryClient(
      Channel channel,
      MethodDescriptor<Payload, Reply> method,
      RequestSource requests,
      ClosedLoop loop) {
    this.channel = channel;
    this.method = method;
    this.requests = requests;
    this.gate = loop.gate();
    this.tally = loop.tally();
    this.pause = loop.pause();
  }

  @Override
  public void begin() {
    long ticket = gate.next();
    if (ticket == Gate.CLOSED) {
      gate.parked();
      return;
    }
    Payload request = requests.next(ticket);
    ClientCall<Payload, Reply> call = channel.newCall(method, CallOptions.DEFAULT);
    startNanos = System.nanoTime();
    call.start(this, new Metadata());
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    if (status.isOk()) {
      tally.succeeded(System.nanoTime() - startNanos);
      begin();
    } else {
      tally.failed(status.getCode());
      pause.then(this::begin);
    }
  }
}
