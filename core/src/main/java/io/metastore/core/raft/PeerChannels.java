package io.metastore.core.raft;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.Meters;
import io.metastore.tls.HandshakeFailure;
import java.net.ConnectException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client side of {@link PeerCall}s. While calls are waiting, a silent connection is pinged, and
 * closed if there is no answer. Otherwise a connection whose packets are dropped would only be
 * detected by TCP, after about 15 minutes. Thread-safe.
 */
public final class PeerChannels implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerChannels.class);

  static {
    AnswerThreads.use();
  }

  /** The shortest interval that gRPC allows. */
  private static final long PING_AFTER_S = 10;

  private static final long PING_TIMEOUT_S = 5;

  private final PeerDialer dialer;
  private final int messageBytesMax;
  private final Meters meters;
  private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

  /** The last failures of TLS by peer, to log each only once. */
  private final Map<String, String> tlsFailures = new ConcurrentHashMap<>();

  /** Creates channels whose calls are not counted. */
  public PeerChannels(PeerDialer dialer, int messageBytesMax) {
    this(dialer, messageBytesMax, new Meters());
  }

  /**
   * @param meters counts the calls
   */
  public PeerChannels(PeerDialer dialer, int messageBytesMax, Meters meters) {
    this.dialer = dialer;
    this.messageBytesMax = messageBytesMax;
    this.meters = meters;
  }

  /**
   * Makes one call; gRPC does not retry it.
   *
   * @param urls the peer's URLs when it was added to the cluster, separated by commas
   * @return fails if no answer arrived in time; the call may have been served nevertheless.
   *     Completes on a gRPC thread: callbacks must not block. Cancelling it ends the call here, and
   *     on the peer if that is reachable
   */
  public <Q extends Message, A extends Message> CompletableFuture<A> call(
      String urls, PeerCall<Q, A> call, Q request, long timeoutMs) {
    CompletableFuture<A> answer = new CompletableFuture<>();
    Meters.PeerMeter meter = meters.peer(urls);
    long start = System.nanoTime();
    ClientCall<Q, A> made =
        channel(urls)
            .newCall(
                call.descriptor(),
                CallOptions.DEFAULT.withDeadlineAfter(timeoutMs, TimeUnit.MILLISECONDS));
    ClientCalls.asyncUnaryCall(
        made,
        request,
        new StreamObserver<A>() {
          @Override
          public void onNext(A value) {
            if (call.isAnsweredAtOnce()) {
              meter.roundTrips.recordSince(start);
            }
            tlsFailures.remove(urls);
            answer.complete(value);
          }

          @Override
          public void onError(Throwable failure) {
            meter.failures.increment();
            logTlsFailure(urls, failure);
            answer.completeExceptionally(failure);
          }

          @Override
          public void onCompleted() {
            // The answer has already completed the future.
          }
        });
    answer.whenComplete(
        (value, failure) -> {
          if (answer.isCancelled()) {
            made.cancel("cancelled by the caller", failure);
          }
        });
    return answer;
  }

  /** Tells why TLS with a peer fails; nothing else would tell that it refuses our certificate. */
  private void logTlsFailure(String urls, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        String text = HandshakeFailure.text(cause);
        if (!text.equals(tlsFailures.put(urls, text))) {
          LOG.atWarn()
              .addKeyValue("remote-peer", urls)
              .addKeyValue("error", text)
              .log("prober detected unhealthy status");
        }
        return;
      }
    }
  }

  /**
   * Makes a channel that waits before its next connection attempt try at once. After a long outage
   * it would wait up to two minutes.
   */
  public void connectNow(String urls) {
    ManagedChannel channel = channels.get(urls);
    if (channel != null) {
      channel.resetConnectBackoff();
    }
  }

  /** Makes a server of {@link PeerCall}s accept as many pings as these channels send. */
  static NettyServerBuilder permitPings(NettyServerBuilder server) {
    return server.permitKeepAliveTime(PING_AFTER_S / 2, TimeUnit.SECONDS);
  }

  /** Whether a failed call certainly never reached the peer. */
  public static boolean surelyNotServed(Throwable failure) {
    // A refused connection and a call that was never sent fail like this; a broken connection has
    // no such cause.
    return failure instanceof StatusRuntimeException status
        && status.getStatus().getCode() == Status.Code.UNAVAILABLE
        && status.getStatus().getCause() instanceof ConnectException;
  }

  private ManagedChannel channel(String urls) {
    return channels.computeIfAbsent(
        urls,
        member ->
            dialer
                .channel(member)
                .disableRetry()
                .keepAliveTime(PING_AFTER_S, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_TIMEOUT_S, TimeUnit.SECONDS)
                .maxInboundMessageSize(messageBytesMax)
                .build());
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }
}
