package io.metastore.adapter.zookeeper;

import com.google.protobuf.ByteString;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;

/**
 * The authentication of one client by SASL: GSSAPI if this server is in Kerberos, otherwise
 * DIGEST-MD5. Used by one thread at a time.
 *
 * <p>Source: ZooKeeper's {@code ZooKeeperSaslServer} and {@code SaslServerCallbackHandler}.
 */
final class SaslExchange {
  private static final String DIGEST = "DIGEST-MD5";
  private static final String PROTOCOL = "zookeeper";

  /** The realm that ZooKeeper's clients expect. */
  private static final String REALM = "zk-sasl-md5";

  private final SaslSettings settings;
  private final SaslServer server;

  SaslExchange(SaslSettings settings) throws SaslException {
    this.settings = settings;
    this.server =
        settings.kerberos() != null
            ? settings.kerberos().newExchange(new Lookup())
            : Sasl.createSaslServer(DIGEST, PROTOCOL, REALM, Map.of(), new Lookup());
  }

  /**
   * The answer to one message of the client; null for none.
   *
   * @throws SaslException if the client has not proven its identity
   */
  byte @Nullable [] answer(ByteString token) throws SaslException {
    return server.evaluateResponse(token.toByteArray());
  }

  /** The authenticated user; null before the exchange is complete. */
  @Nullable String findUser() {
    return server.isComplete() ? server.getAuthorizationID() : null;
  }

  private final class Lookup implements CallbackHandler {
    private String user = "";

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
      for (Callback callback : callbacks) {
        if (callback instanceof NameCallback name) {
          user = name.getDefaultName();
          name.setName(user);
        } else if (callback instanceof PasswordCallback password) {
          String known = settings.users().get(user);
          if (known != null) {
            password.setPassword(known.toCharArray());
          }
        } else if (callback instanceof RealmCallback realm) {
          realm.setText(realm.getDefaultText());
        } else if (callback instanceof AuthorizeCallback authorize) {
          // As in ZooKeeper, a client that asks to act for another user acts for itself.
          authorize.setAuthorized(true);
          authorize.setAuthorizedID(settings.names().userName(authorize.getAuthenticationID()));
        } else {
          throw new UnsupportedCallbackException(callback);
        }
      }
    }
  }
}
