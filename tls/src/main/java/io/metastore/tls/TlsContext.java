package io.metastore.tls;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The client or server side of TLS. Certificates, authorities and revocation lists are read again
 * at the first handshake after their files have changed.
 */
public final class TlsContext {
  static {
    // Both must be set before the JDK's TLS is first used: clients cannot renegotiate a connection,
    // and sessions are stored here instead of in tickets, so that they can be invalidated.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    System.setProperty("jdk.tls.server.enableSessionTicketExtension", "false");
  }

  /** TLS 1.3 has its own cipher suites, which etcd's flag does not affect. */
  private static final List<String> TLS_1_3_SUITES =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /**
   * Go's cipher suites for TLS 1.2 and earlier, in its order. The JDK would also enable others,
   * such as those without forward secrecy.
   */
  private static final List<String> DEFAULT_SUITES =
      List.of(
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA");

  private final TlsSettings settings;
  private final @Nullable KeyManager keyManager;
  private final TrustManager trustManager;
  private final SSLContext context;

  private TlsContext(TlsSettings settings, @Nullable KeyFiles identity) throws IOException {
    this.settings = settings;
    this.keyManager = identity == null ? null : new FileKeyManager(identity);
    this.trustManager = new FileTrustManager(settings);
    try {
      this.context = SSLContext.getInstance("TLS");
      context.init(
          keyManager == null ? new KeyManager[0] : new KeyManager[] {keyManager},
          new TrustManager[] {trustManager},
          null);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS is not available: " + e.getMessage(), e);
    }
  }

  /**
   * For connections that we accept.
   *
   * @throws IOException if a file cannot be read or used
   */
  public static TlsContext server(TlsSettings settings) throws IOException {
    return new TlsContext(settings, requireNonNull(settings.identity(), "identity"));
  }

  /**
   * For connections that we open.
   *
   * @throws IOException if a file cannot be read or used
   */
  public static TlsContext client(TlsSettings settings) throws IOException {
    KeyFiles own = settings.clientIdentity();
    return new TlsContext(settings, own != null ? own : settings.identity());
  }

  /**
   * The JDK's context; {@link #protocols} and {@link #cipherSuites} have to be set on each engine.
   */
  public SSLContext context() {
    return context;
  }

  /**
   * To be called for every accepted connection: a client that reconnects is checked again, against
   * the current files, instead of resuming its session.
   */
  public static void forbidResumption(SSLEngine accepted) {
    accepted.getSession().invalidate();
  }

  /** Provides our certificate; null if we have none. */
  public @Nullable KeyManager keyManager() {
    return keyManager;
  }

  public TrustManager trustManager() {
    return trustManager;
  }

  /** Whether clients must present a certificate. */
  public boolean requiresClientCertificate() {
    return settings.requiresClientCertificate();
  }

  /** The JDK's names of the TLS versions to enable. */
  public List<String> protocols() {
    return TlsVersion.jdkNames(settings.minVersion(), settings.maxVersion());
  }

  /** Names of the cipher suites to enable. */
  public List<String> cipherSuites() {
    List<String> suites = new ArrayList<>(TLS_1_3_SUITES);
    suites.addAll(settings.cipherSuites().isEmpty() ? DEFAULT_SUITES : settings.cipherSuites());
    return suites;
  }

  /**
   * Whether the JDK supports a cipher suite.
   *
   * @param name the IANA name
   */
  public static boolean knowsCipherSuite(String name) {
    try {
      return Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites())
          .contains(name);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS is not available", e);
    }
  }
}
