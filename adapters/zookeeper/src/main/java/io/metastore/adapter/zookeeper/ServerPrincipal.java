package io.metastore.adapter.zookeeper;

import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/**
 * The Kerberos principal of this server, such as {@code zookeeper/host@EXAMPLE.COM}, with its keys.
 * The keys are read from the keytab whenever a client authenticates, so a new keytab needs no
 * restart. Thread-safe.
 */
public final class ServerPrincipal {
  private static final String MECHANISM = "GSSAPI";

  private final Subject subject;
  private final String service;
  private final String host;

  private ServerPrincipal(Subject subject, String service, String host) {
    this.subject = subject;
    this.service = service;
    this.host = host;
  }

  /**
   * Logs in by modules of JAAS, as the server starts.
   *
   * @param section name of the section of the JAAS file that has these modules
   * @throws LoginException if a module refuses, or if there is no principal with a host
   */
  public static ServerPrincipal logIn(String section, List<AppConfigurationEntry> modules)
      throws LoginException {
    Configuration onlyModules =
        new Configuration() {
          @Override
          public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
            return modules.toArray(AppConfigurationEntry[]::new);
          }
        };
    Subject subject = new Subject();
    new LoginContext(section, subject, null, onlyModules).login();
    for (KerberosPrincipal principal : subject.getPrincipals(KerberosPrincipal.class)) {
      String name = principal.getName();
      int slash = name.indexOf('/');
      int at = name.indexOf('@', slash);
      if (slash > 0 && at > 0) {
        return new ServerPrincipal(
            subject, name.substring(0, slash), name.substring(slash + 1, at));
      }
    }
    throw new LoginException("no principal of the form service/host@REALM");
  }

  /** The server's side of one client's authentication. */
  SaslServer newExchange(CallbackHandler callbacks) throws SaslException {
    PrivilegedExceptionAction<SaslServer> create =
        () -> Sasl.createSaslServer(MECHANISM, service, host, Map.of(), callbacks);
    try {
      return Subject.doAs(subject, create);
    } catch (PrivilegedActionException e) {
      throw new SaslException("cannot accept Kerberos tickets", e.getException());
    }
  }
}
