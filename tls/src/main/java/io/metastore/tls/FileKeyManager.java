package io.metastore.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Provides the certificate that is currently in the files.
 *
 * <p>The JDK first chooses an alias and later requests certificate chain and key separately. So
 * that a change in between cannot mix two certificates, an alias identifies one reading of the
 * files, and the last two readings are kept.
 */
final class FileKeyManager extends X509ExtendedKeyManager {
  private final FileBacked<Identity> files;

  /** Guarded by this, like the fields below. */
  private Reading current;

  private @Nullable Reading previous;
  private int readings;

  private record Reading(String alias, Identity identity) {}

  FileKeyManager(KeyFiles files) throws IOException {
    this.files =
        new FileBacked<>(List.of(files.certificate(), files.key()), () -> Identity.read(files));
    this.current = new Reading("0", this.files.get());
  }

  /** The current alias; null if our key has none of these types. */
  private synchronized @Nullable String alias(List<String> keyTypes) {
    Identity now = files.get();
    if (!now.equals(current.identity())) {
      previous = current;
      current = new Reading(String.valueOf(++readings), now);
    }
    return keyTypes.contains(now.keyType()) ? current.alias() : null;
  }

  private synchronized @Nullable Identity find(String alias) {
    if (current.alias().equals(alias)) {
      return current.identity();
    }
    return previous != null && previous.alias().equals(alias) ? previous.identity() : null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(List.of(keyType));
  }

  /** The issuers named by the server are ignored, as in etcd: it may accept more than it names. */
  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(List.of(keyTypes));
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Identity identity = find(alias);
    return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Identity identity = find(alias);
    return identity == null ? null : identity.key();
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(List.of(keyType));
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(List.of(keyTypes));
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  private String @Nullable [] aliases(String keyType) {
    String alias = alias(List.of(keyType));
    return alias == null ? null : new String[] {alias};
  }
}
