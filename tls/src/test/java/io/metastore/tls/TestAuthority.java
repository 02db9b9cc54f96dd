package io.metastore.tls;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority for tests: writes certificates, keys and revocation lists into a
 * directory.
 */
@SuppressWarnings("JavaUtilDate") // required by Bouncy Castle
public final class TestAuthority {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path directory;
  private final String name;
  private final KeyPair keys = newKeys();
  private final X509Certificate certificate;
  private int issued;

  /** The content of a certificate. */
  public record Request(
      String commonName, List<String> hosts, Instant notBefore, Instant notAfter) {
    /** Valid today, for the loopback addresses. */
    public static Request of(String commonName) {
      return new Request(
          commonName,
          List.of("localhost", "127.0.0.1"),
          Instant.now().minus(Duration.ofDays(1)),
          Instant.now().plus(Duration.ofDays(1)));
    }

    /** The same for other hosts; for none if empty. */
    public Request forHosts(String... names) {
      return new Request(commonName, List.of(names), notBefore, notAfter);
    }

    /** The same, but expired since yesterday. */
    public Request expired() {
      return new Request(
          commonName,
          hosts,
          Instant.now().minus(Duration.ofDays(2)),
          Instant.now().minus(Duration.ofDays(1)));
    }
  }

  /**
   * @param directory directory for all files; the authority's own certificate is {@code NAME.pem}
   */
  public TestAuthority(Path directory, String name) {
    this.directory = directory;
    this.name = name;
    Request self = Request.of(name).forHosts();
    this.certificate = sign(self, keys, name, keys.getPrivate(), /* authority= */ true);
    write(file(), "CERTIFICATE", encoded(certificate));
  }

  /** The authority's certificate, for trusting this authority. */
  public Path file() {
    return directory.resolve(name + ".pem");
  }

  /** Issues a certificate with a new key. */
  public KeyFiles issue(Request request) {
    String base = name + "-" + issued++ + "-" + request.commonName();
    KeyFiles files =
        new KeyFiles(directory.resolve(base + ".pem"), directory.resolve(base + ".key"));
    issueInto(files, request);
    return files;
  }

  /** Issues a certificate with a new key and replaces the content of the files. */
  public void issueInto(KeyFiles files, Request request) {
    KeyPair own = newKeys();
    X509Certificate issuedNow = sign(request, own, name, keys.getPrivate(), false);
    write(files.key(), "PRIVATE KEY", own.getPrivate().getEncoded());
    write(files.certificate(), "CERTIFICATE", encoded(issuedNow));
  }

  /** A self-signed certificate. */
  /**
   * Writes a key store with a key and its certificate, or with the authority's certificate.
   *
   * @param type {@code JKS} or {@code PKCS12}
   */
  public void writeStore(Path store, String type, String password, @Nullable KeyFiles content)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance(type);
    keys.load(null, null);
    if (content == null) {
      keys.setCertificateEntry("ca", PemFile.read(file()).certificates().get(0));
    } else {
      Identity identity = Identity.read(content);
      keys.setKeyEntry(
          "key",
          identity.key(),
          password.toCharArray(),
          identity.chain().toArray(X509Certificate[]::new));
    }
    try (OutputStream out = Files.newOutputStream(store)) {
      keys.store(out, password.toCharArray());
    }
  }

  public KeyFiles selfSigned(Request request) {
    String base = "self-signed-" + issued++ + "-" + request.commonName();
    KeyFiles files =
        new KeyFiles(directory.resolve(base + ".pem"), directory.resolve(base + ".key"));
    KeyPair own = newKeys();
    write(files.key(), "PRIVATE KEY", own.getPrivate().getEncoded());
    write(
        files.certificate(),
        "CERTIFICATE",
        encoded(sign(request, own, request.commonName(), own.getPrivate(), false)));
    return files;
  }

  /** Writes a revocation list of all revoked certificates. */
  public void revoke(Path list, KeyFiles... revoked) {
    try {
      X509v2CRLBuilder builder =
          new X509v2CRLBuilder(new X500Name("CN=" + name), Date.from(Instant.now()));
      builder.setNextUpdate(Date.from(Instant.now().plus(Duration.ofDays(1))));
      for (KeyFiles files : revoked) {
        BigInteger serial =
            PemFile.read(files.certificate()).certificates().get(0).getSerialNumber();
        builder.addCRLEntry(serial, Date.from(Instant.now()), CRLReason.keyCompromise);
      }
      write(list, "X509 CRL", builder.build(signer(keys.getPrivate())).getEncoded());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate sign(
      Request request, KeyPair subject, String issuer, PrivateKey issuerKey, boolean authority) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name("CN=" + issuer),
              new BigInteger(64, RANDOM).setBit(0),
              Date.from(request.notBefore()),
              Date.from(request.notAfter()),
              new X500Name("CN=" + request.commonName()),
              subject.getPublic());
      addExtensions(builder, request, authority);
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer(issuerKey)));
    } catch (CertIOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void addExtensions(
      JcaX509v3CertificateBuilder builder, Request request, boolean authority)
      throws CertIOException {
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    if (authority) {
      return;
    }
    builder.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
    List<GeneralName> names = new ArrayList<>();
    for (String host : request.hosts()) {
      boolean address = CertificateNames.isAddress(host);
      names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
    }
    if (!names.isEmpty()) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(GeneralName[]::new)));
    }
  }

  private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
    return new JcaContentSignerBuilder("SHA256withECDSA").build(key);
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes a file and renames it into place, as tools that renew certificates do. */
  private static void write(Path file, String type, byte[] content) {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(type, Base64.getMimeEncoder().encodeToString(content), type);
    try {
      Path beside = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(beside, text);
      Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
