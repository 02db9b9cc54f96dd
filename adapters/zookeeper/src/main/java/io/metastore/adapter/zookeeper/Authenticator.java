package io.metastore.adapter.zookeeper;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Digests;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.Identity;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/** Authenticates clients. */
final class Authenticator {
  private final AuthenticationSettings settings;

  Authenticator(AuthenticationSettings settings) {
    this.settings = settings;
  }

  static Identity address(String address) {
    return identity("ip", address);
  }

  /**
   * The identities that the credentials prove; empty if they are invalid.
   *
   * @param secret {@code user:password} in UTF-8, for the scheme {@code digest}
   */
  List<Identity> authenticate(String scheme, ByteString secret) {
    if (!scheme.equals("digest")) {
      return List.of();
    }
    String digest = digest(secret.toStringUtf8());
    Identity user = identity("digest", digest);
    return identities(user, digest.equals(settings.superDigest()));
  }

  /** The identities that the client's certificate proves; empty if it has none. */
  List<Identity> certificate(SSLSession session) {
    try {
      X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
      String subject = certificate.getSubjectX500Principal().getName();
      return identities(identity("x509", subject), subject.equals(settings.superSubject()));
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  /** Starts an authentication by SASL; null if SASL is off. */
  @Nullable SaslExchange startSasl() throws SaslException {
    return settings.sasl().isOn() ? new SaslExchange(settings.sasl()) : null;
  }

  /** The identities of a user who has been authenticated by SASL. */
  List<Identity> saslUser(String user) {
    return identities(identity("sasl", user), settings.sasl().superUsers().contains(user));
  }

  private static List<Identity> identities(Identity identity, boolean isSuper) {
    return isSuper ? List.of(identity(ZnodeAcl.SUPER, ""), identity) : List.of(identity);
  }

  /** The name of an identity, as reported to users. */
  static String userName(Identity identity) {
    String id = identity.getId();
    return identity.getScheme().equals("digest") && id.indexOf(':') >= 0
        ? id.substring(0, id.indexOf(':'))
        : id;
  }

  private static String digest(String userAndPassword) {
    byte[] hash = Digests.sha1().digest(userAndPassword.getBytes(StandardCharsets.UTF_8));
    String user = userAndPassword.split(":", -1)[0];
    return user + ":" + Base64.getEncoder().encodeToString(hash);
  }

  private static Identity identity(String scheme, String id) {
    return Identity.newBuilder().setScheme(scheme).setId(id).build();
  }
}
