package io.metastore.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The content of a key store file of Java: PKCS #12 or JKS, recognized by its content. */
final class StoreFile {
  private final Path path;
  private final char[] password;
  private final KeyStore store;

  private StoreFile(Path path, char[] password, KeyStore store) {
    this.path = path;
    this.password = password;
    this.store = store;
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or the password is wrong
   */
  static StoreFile read(Path path, String password) throws IOException, GeneralSecurityException {
    char[] chars = password.toCharArray();
    return new StoreFile(path, chars, KeyStore.getInstance(path.toFile(), chars));
  }

  /** The first private key with its certificate chain. Its password must be that of the store. */
  Identity identity() throws GeneralSecurityException {
    for (String alias : aliases()) {
      if (store.isKeyEntry(alias) && store.getKey(alias, password) instanceof PrivateKey key) {
        List<X509Certificate> chain =
            Arrays.stream(store.getCertificateChain(alias))
                .map(X509Certificate.class::cast)
                .toList();
        return new Identity(chain, key);
      }
    }
    throw new KeyStoreException("no private key in " + path);
  }

  /** All certificates of the store that have no private key. */
  List<X509Certificate> certificates() throws GeneralSecurityException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (String alias : aliases()) {
      if (store.isCertificateEntry(alias)) {
        certificates.add((X509Certificate) store.getCertificate(alias));
      }
    }
    if (certificates.isEmpty()) {
      throw new KeyStoreException("no certificate in " + path);
    }
    return certificates;
  }

  private List<String> aliases() throws KeyStoreException {
    return Collections.list(store.aliases());
  }
}
