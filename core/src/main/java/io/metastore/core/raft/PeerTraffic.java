package io.metastore.core.raft;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.metastore.core.api.Meters;
import io.metastore.core.api.Meters.Traffic;

/**
 * Counts the bytes of the calls between members, Raft's own included, in {@link Meters}. The caller
 * states its member ID in a header, because a connection does not tell from whom it is.
 * Thread-safe.
 */
public final class PeerTraffic {
  private static final Metadata.Key<String> CALLER =
      Metadata.Key.of("metastore-caller", Metadata.ASCII_STRING_MARSHALLER);

  private final Meters meters;
  private final String callerId;

  public PeerTraffic(Meters meters, long selfId) {
    this.meters = meters;
    this.callerId = Long.toHexString(selfId);
  }

  /**
   * Counts the calls of this member to another one.
   *
   * @param urls the other member's URLs when it was added to the cluster
   */
  ClientInterceptor outgoing(String urls) {
    Traffic traffic = meters.peer(urls).traffic;
    ClientStreamTracer.Factory tracers =
        new ClientStreamTracer.Factory() {
          @Override
          public ClientStreamTracer newClientStreamTracer(
              ClientStreamTracer.StreamInfo info, Metadata headers) {
            headers.put(CALLER, callerId);
            return new OutgoingCall(traffic);
          }
        };
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return next.newCall(method, options.withStreamTracerFactory(tracers));
      }
    };
  }

  /** Counts the calls of other members to this one. */
  ServerStreamTracer.Factory incoming() {
    return new ServerStreamTracer.Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new IncomingCall(meters.caller(callerId(headers)));
      }
    };
  }

  /** 0 if the caller states no ID, as older versions do. */
  private static long callerId(Metadata headers) {
    String stated = headers.get(CALLER);
    try {
      return stated == null ? 0 : Long.parseUnsignedLong(stated, 16);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static final class OutgoingCall extends ClientStreamTracer {
    private final Traffic traffic;

    OutgoingCall(Traffic traffic) {
      this.traffic = traffic;
      traffic.openCalls.increment();
    }

    @Override
    public void outboundWireSize(long bytes) {
      traffic.bytesSent.add(bytes);
    }

    @Override
    public void inboundWireSize(long bytes) {
      traffic.bytesReceived.add(bytes);
    }

    @Override
    public void streamClosed(Status status) {
      traffic.openCalls.decrement();
    }
  }

  private static final class IncomingCall extends ServerStreamTracer {
    private final Traffic traffic;

    IncomingCall(Traffic traffic) {
      this.traffic = traffic;
      traffic.openCalls.increment();
    }

    @Override
    public void outboundWireSize(long bytes) {
      traffic.bytesSent.add(bytes);
    }

    @Override
    public void inboundWireSize(long bytes) {
      traffic.bytesReceived.add(bytes);
    }

    @Override
    public void streamClosed(Status status) {
      traffic.openCalls.decrement();
    }
  }
}
