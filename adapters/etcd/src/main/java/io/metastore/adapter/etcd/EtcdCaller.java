package io.metastore.adapter.etcd;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.Demand;
import io.metastore.core.api.AccessRules;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The caller, identified by the token of the call, or else by the client certificate of the
 * connection, if any.
 *
 * @param certificateName the common name of the certificate
 */
record EtcdCaller(AuthTokens tokens, @Nullable String token, @Nullable String certificateName)
    implements CallAccess.Caller {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /** The header that the JSON gateway reads the token from. */
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final String BEARER = "Bearer ";

  /** The session attribute that caches the common name. */
  private static final String COMMON_NAME = "io.metastore.common-name";

  /**
   * @param byCertificate whether certificates identify users
   * @param connection the call's connection; without a TLS session for calls through the JSON
   *     gateway, whose certificates identify nobody
   */
  static EtcdCaller of(
      AuthTokens tokens, boolean byCertificate, Metadata metadata, Attributes connection) {
    String token = metadata.get(TOKEN);
    if (token == null) {
      token = metadata.get(AUTHORIZATION);
    }
    if (token != null) {
      return new EtcdCaller(
          tokens, token.startsWith(BEARER) ? token.substring(BEARER.length()) : token, null);
    }
    SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    return new EtcdCaller(
        tokens, null, byCertificate && session != null ? findCommonName(session) : null);
  }

  @Override
  public boolean isNamed() {
    return token != null;
  }

  @Override
  public @Nullable String findUser(AccessRules rules) {
    Identity identity = findIdentity(rules);
    return identity == null ? null : identity.user();
  }

  /** The demand of a request of this caller. */
  <Q> Demand demand(Requirements.Requirement<Q> requirement, Q request) {
    Requirements.Right right = requirement.rights().apply(request);
    boolean changes = requirement.changes().test(request);
    return new Demand() {
      @Override
      public boolean changes() {
        return changes;
      }

      @Override
      public @Nullable StatusRuntimeException findRefusal(AccessRules rules) {
        Identity identity = findIdentity(rules);
        EtcdError refusal =
            token != null && identity == null
                ? EtcdError.INVALID_AUTH_TOKEN
                : right.findRefusal(rules, identity);
        return refusal == null ? null : requirement.toException(refusal);
      }

      @Override
      public boolean refusedByService() {
        return requirement.refusedByService();
      }
    };
  }

  private @Nullable Identity findIdentity(AccessRules rules) {
    if (token != null) {
      return tokens.findOwner(token, rules);
    }
    return certificateName == null ? null : new Identity(certificateName, rules.revision());
  }

  /** The common name; empty if the certificate has none, null if there is no certificate. */
  private static @Nullable String findCommonName(SSLSession session) {
    if (session.getValue(COMMON_NAME) instanceof String known) {
      return known;
    }
    try {
      X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
      String name = "";
      // The order is from the least to the most significant part.
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          name = part.getValue().toString();
        }
      }
      session.putValue(COMMON_NAME, name); // cached, because parsing takes longer than most calls
      return name;
    } catch (SSLPeerUnverifiedException e) {
      return null; // the client presented no certificate
    } catch (InvalidNameException e) {
      throw new IllegalStateException("the JDK writes names that it can read", e);
    }
  }
}
