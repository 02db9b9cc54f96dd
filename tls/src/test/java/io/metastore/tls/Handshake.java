package io.metastore.tls;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A handshake between two engines of this process, without sockets or threads. */
final class Handshake {
  private static final int STEPS_MAX = 200;

  private Handshake() {}

  /** Performs the handshake; returns the server's session. */
  static SSLSession of(TlsContext server, TlsContext client) throws SSLException {
    return of(server, client, "127.0.0.1", "localhost");
  }

  /**
   * @param from client address as seen by the server
   * @param to server name as seen by the client
   */
  static SSLSession of(TlsContext server, TlsContext client, String from, String to)
      throws SSLException {
    SSLEngine serverEngine = server.context().createSSLEngine(from, 1);
    serverEngine.setUseClientMode(false);
    serverEngine.setNeedClientAuth(server.requiresClientCertificate());
    enable(serverEngine, server);
    SSLEngine clientEngine = client.context().createSSLEngine(to, 2);
    clientEngine.setUseClientMode(true);
    SSLParameters parameters = clientEngine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    clientEngine.setSSLParameters(parameters);
    enable(clientEngine, client);
    Deque<ByteBuffer> toServer = new ArrayDeque<>();
    Deque<ByteBuffer> toClient = new ArrayDeque<>();
    SSLException failure = null;
    for (int i = 0; i < STEPS_MAX; i++) {
      try {
        step(clientEngine, toClient, toServer);
        step(serverEngine, toServer, toClient);
      } catch (SSLException e) {
        // Continue, so that the other side reads the alert; the first failure is the one to report.
        failure = failure == null ? e : failure;
      }
      if (failure == null && isDone(clientEngine) && isDone(serverEngine) && toClient.isEmpty()) {
        SSLSession session = serverEngine.getSession();
        TlsContext.forbidResumption(serverEngine);
        return session;
      }
    }
    throw failure == null ? new SSLException("the handshake does not finish") : failure;
  }

  private static void enable(SSLEngine engine, TlsContext context) {
    engine.setEnabledProtocols(context.protocols().toArray(String[]::new));
    engine.setEnabledCipherSuites(context.cipherSuites().toArray(String[]::new));
  }

  private static boolean isDone(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
        && !engine.getSession().getProtocol().equals("NONE");
  }

  private static void step(SSLEngine engine, Deque<ByteBuffer> in, Deque<ByteBuffer> out)
      throws SSLException {
    @Nullable Runnable task;
    while ((task = engine.getDelegatedTask()) != null) {
      task.run();
    }
    int packet = engine.getSession().getPacketBufferSize();
    int application = engine.getSession().getApplicationBufferSize();
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
        || (engine.getUseClientMode()
            && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
            && !isDone(engine))) {
      ByteBuffer made = ByteBuffer.allocate(packet);
      engine.wrap(ByteBuffer.allocate(0), made);
      made.flip();
      if (made.hasRemaining()) {
        out.add(made);
      }
      return;
    }
    ByteBuffer received = in.peek();
    if (received != null) {
      SSLEngineResult result = engine.unwrap(received, ByteBuffer.allocate(application));
      if (!received.hasRemaining() || result.getStatus() == SSLEngineResult.Status.CLOSED) {
        in.remove();
      }
    }
  }
}
