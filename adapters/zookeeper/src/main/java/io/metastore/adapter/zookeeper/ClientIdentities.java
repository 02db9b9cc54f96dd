package io.metastore.adapter.zookeeper;

import com.google.protobuf.ByteString;
import io.metastore.adapter.zookeeper.wire.Request;
import io.metastore.core.command.Identity;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLSession;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identities of one client: its address, and those that it has proven since it connected.
 *
 * <p>Read by any thread. Changed by the event loop of the connection, except that a message of SASL
 * is evaluated by another thread, one at a time.
 */
final class ClientIdentities {
  private static final Logger LOG = LoggerFactory.getLogger(ClientIdentities.class);

  private final Authenticator authenticator;
  private final InetSocketAddress remote;
  private final Identity address;
  private volatile List<Identity> all;

  /** Null until the client starts to authenticate by SASL. */
  private volatile @Nullable SaslExchange sasl;

  ClientIdentities(Authenticator authenticator, InetSocketAddress remote) {
    this.authenticator = authenticator;
    this.remote = remote;
    this.address = Authenticator.address(remote.getAddress().getHostAddress());
    this.all = List.of(address);
  }

  List<Identity> all() {
    return all;
  }

  /** Whether the client has an identity in one of these schemes. */
  boolean haveOneOf(Set<String> schemes) {
    return all.stream().anyMatch(identity -> schemes.contains(identity.getScheme()));
  }

  /** Adds the identity that the client's certificate proves, if it has presented one. */
  void addCertificate(SSLSession tls) {
    add(authenticator.certificate(tls));
  }

  /** Adds the identity that a request proves; returns false if it proves none. */
  boolean prove(Request.Authenticate request) {
    ByteString secret = request.secret();
    List<Identity> proven =
        request.scheme().equals(address.getScheme())
            ? List.of(address)
            : authenticator.authenticate(
                request.scheme(), secret == null ? ByteString.EMPTY : secret);
    add(proven);
    return !proven.isEmpty();
  }

  void addSaslUser(String user) {
    add(authenticator.saslUser(user));
  }

  private void add(List<Identity> proven) {
    List<Identity> now = new ArrayList<>(all);
    proven.stream().filter(identity -> !now.contains(identity)).forEach(now::add);
    all = List.copyOf(now);
  }

  /**
   * The answer to a message of SASL.
   *
   * @param token to be sent to the client; null for none
   * @param user the authenticated user; null if authentication is not complete
   */
  record SaslAnswer(@Nullable ByteString token, @Nullable String user, boolean failed) {}

  /** Evaluates a message. As in ZooKeeper, the answer has no token if SASL is off. */
  SaslAnswer answer(ByteString message) {
    try {
      SaslExchange exchange = sasl;
      if (exchange == null || exchange.findUser() != null) {
        exchange = authenticator.startSasl();
        sasl = exchange;
      }
      if (exchange == null) {
        return new SaslAnswer(null, null, false);
      }
      byte[] answer = exchange.answer(message);
      return new SaslAnswer(
          answer == null ? null : ByteString.copyFrom(answer), exchange.findUser(), false);
    } catch (SaslException e) {
      LOG.atWarn()
          .addKeyValue("remote-address", remote)
          .addKeyValue("error", e.getMessage())
          .log("a client failed to authenticate by SASL");
      sasl = null;
      return new SaslAnswer(null, null, true);
    }
  }
}
