package io.metastore.bench.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.metastore.etcdapi.etcdserverpb.LeaseGrpc;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveRequest;
import io.metastore.etcdapi.etcdserverpb.LeaseKeepAliveResponse;
import org.jspecify.annotations.Nullable;

/**
 * A logical client that keeps one lease alive on its own stream.
 *
 * <p>Like {@link UnaryClient} it has one request at a time and needs no lock.
 */
final class KeepAliveClient extends ClientCall.Listener<LeaseKeepAliveResponse>
    implements LogicalClient {
  private final Channel channel;
  private final LeaseKeepAliveRequest request;
  private final Gate gate;
  private final Tally tally;
  private final Pause pause;
  private @Nullable ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream;
  private boolean parked;
  private long startNanos;

  KeepAliveClient(Channel channel, long leaseId, ClientLoop loop) {
    this.channel = channel;
    this.request = LeaseKeepAliveRequest.newBuilder().setID(leaseId).build();
    this.gate = loop.gate();
    this.tally = loop.tally();
    this.pause = loop.pause();
  }

  @Override
  public void begin() {
    stream = channel.newCall(LeaseGrpc.getLeaseKeepAliveMethod(), CallOptions.DEFAULT);
    stream.start(this, new Metadata());
    stream.request(1);
    renew(stream);
  }

  @Override
  public void onMessage(LeaseKeepAliveResponse reply) {
    if (reply.getTTL() > 0) {
      tally.succeeded(System.nanoTime() - startNanos);
    } else {
      tally.failed(Status.Code.NOT_FOUND);
    }
    ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> open = stream;
    if (open != null) {
      open.request(1);
      renew(open);
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    stream = null;
    if (parked) {
      return;
    }
    tally.failed(status.getCode());
    pause.then(this::reopen);
  }

  private void reopen() {
    if (gate.next() == Gate.CLOSED) {
      park();
    } else {
      begin();
    }
  }

  private void renew(ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> open) {
    if (gate.next() == Gate.CLOSED) {
      park();
      open.halfClose();
      return;
    }
    startNanos = System.nanoTime();
    open.sendMessage(request);
  }

  private void park() {
    parked = true;
    gate.parked();
  }
}
