package io.metastore.core.raft;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Serves {@link PeerCall}s without Raft, for a member that has no Raft group yet. */
public final class PeerServer implements AutoCloseable {
  private static final long STOP_GRACE_MS = 1000;

  private final Server server;

  private PeerServer(Server server) {
    this.server = server;
  }

  /**
   * Starts to listen and serve.
   *
   * @param tls null if this member has no certificates
   * @throws IOException if an address cannot be bound
   */
  public static PeerServer start(PeerListen listen, @Nullable PeerTls tls, PeerService service)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(listen.first())
            .protocolNegotiator(new PeerNegotiator(PeerPages.NONE, tls));
    listen.addTo(builder);
    return new PeerServer(builder.addService(service.build()).build().start());
  }

  /** Waits until pending answers have been sent, then releases the addresses. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(STOP_GRACE_MS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow().awaitTermination(STOP_GRACE_MS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
