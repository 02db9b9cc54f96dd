package io.metastore.tls;

import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;

/**
 * Remembers the server name that a client asks for, and accepts any. The JDK itself forgets it when
 * a handshake of TLS 1.2 fails. Written during the handshake; read by any thread.
 */
final class RequestedName extends SNIMatcher {
  private volatile String name = "";

  private RequestedName() {
    super(StandardConstants.SNI_HOST_NAME);
  }

  static void remember(SSLEngine accepted) {
    SSLParameters parameters = accepted.getSSLParameters();
    parameters.setSNIMatchers(List.of(new RequestedName()));
    accepted.setSSLParameters(parameters);
  }

  /** The name; empty if the client sent none, or the engine was not told to remember it. */
  static String of(SSLEngine engine) {
    if (engine.getSSLParameters().getSNIMatchers() instanceof List<?> matchers) {
      for (Object matcher : matchers) {
        if (matcher instanceof RequestedName requested) {
          return requested.name;
        }
      }
    }
    return "";
  }

  @Override
  public boolean matches(SNIServerName requested) {
    if (requested instanceof SNIHostName host) {
      name = host.getAsciiName();
    }
    return true;
  }
}
