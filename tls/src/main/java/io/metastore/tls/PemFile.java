package io.metastore.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CRL;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The content of a PEM file: Base64 blocks, each with a type. */
public final class PemFile {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  /** Larger files are rejected: they cannot be certificates. */
  private static final long BYTES_MAX = 16 << 20;

  private static final int ASN1_SEQUENCE = 0x30;
  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA");
  private static final byte[] RSA = Der.sequence(Der.objectId("1.2.840.113549.1.1.1"), Der.none());
  private static final byte[] EC_KEY = Der.objectId("1.2.840.10045.2.1");
  private static final byte[] VERSION_0 = Der.integer(BigInteger.ZERO);

  private final Path path;
  private final byte[] bytes;
  private final List<Block> blocks = new ArrayList<>();

  private record Block(String type, String base64) {
    byte[] content() {
      return Base64.getMimeDecoder().decode(base64);
    }
  }

  private PemFile(Path path, byte[] bytes) {
    this.path = path;
    this.bytes = bytes;
    Matcher matcher = BLOCK.matcher(new String(bytes, ISO_8859_1));
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
  }

  /**
   * Whether a file is a PEM file, or at least no key store: those begin with a byte above 127 or
   * with the start of an ASN.1 sequence.
   */
  static boolean isPem(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      int first = in.read();
      return first != ASN1_SEQUENCE && first <= Byte.MAX_VALUE;
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or is too large
   */
  public static PemFile read(Path path) throws IOException {
    if (Files.size(path) > BYTES_MAX) {
      throw new IOException("too large for a PEM file: " + path);
    }
    return new PemFile(path, Files.readAllBytes(path));
  }

  /**
   * All certificates, in the order of the file.
   *
   * @throws CertificateException if there is none, or one cannot be parsed
   */
  List<X509Certificate> certificates() throws CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks) {
      if (block.type().equals("CERTIFICATE")) {
        certificates.add(
            (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(block.content())));
      }
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("no certificate in " + path);
    }
    return certificates;
  }

  /**
   * The first private key: in PKCS #8, or in the formats of OpenSSL and Go, PKCS #1 (RSA) and SEC 1
   * (EC).
   *
   * @throws InvalidKeySpecException if there is none, or if it is encrypted or cannot be parsed
   */
  public PrivateKey privateKey() throws GeneralSecurityException {
    for (Block block : blocks) {
      try {
        byte[] pkcs8 = findPkcs8(block);
        if (pkcs8 != null) {
          return privateKey(pkcs8);
        }
      } catch (IllegalArgumentException | InvalidKeySpecException e) {
        throw new InvalidKeySpecException(path + ": " + e.getMessage(), e);
      }
    }
    throw new InvalidKeySpecException("no private key in " + path);
  }

  /**
   * The first public key, or the public key of the first certificate.
   *
   * @throws GeneralSecurityException if there is none, or it cannot be parsed
   */
  public PublicKey publicKey() throws GeneralSecurityException {
    for (Block block : blocks) {
      if (block.type().equals("PUBLIC KEY")) {
        return publicKey(block.content());
      }
      if (block.type().equals("CERTIFICATE")) {
        return certificates().get(0).getPublicKey();
      }
    }
    throw new InvalidKeySpecException("no public key in " + path);
  }

  private static PublicKey publicKey(byte[] info) throws GeneralSecurityException {
    InvalidKeySpecException failure = new InvalidKeySpecException("not a key");
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(info));
      } catch (InvalidKeySpecException e) {
        failure = e;
      }
    }
    throw new InvalidKeySpecException("not an RSA, EC or Ed25519 key", failure);
  }

  /** The key as PKCS #8; null if the block is not a private key. */
  private static byte @Nullable [] findPkcs8(Block block) throws InvalidKeySpecException {
    return switch (block.type()) {
      case "PRIVATE KEY" -> block.content();
      case "RSA PRIVATE KEY" -> Der.sequence(VERSION_0, RSA, Der.octets(block.content()));
      case "EC PRIVATE KEY" -> {
        byte[] curve = Der.find(block.content(), Der.EXPLICIT_0);
        yield Der.sequence(VERSION_0, Der.sequence(EC_KEY, curve), Der.octets(block.content()));
      }
      case "ENCRYPTED PRIVATE KEY" ->
          throw new InvalidKeySpecException("the private key is encrypted");
      default -> null;
    };
  }

  private static PrivateKey privateKey(byte[] pkcs8) throws GeneralSecurityException {
    InvalidKeySpecException failure = new InvalidKeySpecException("not a key");
    // The key contains its algorithm, but only that algorithm's own factory can parse it.
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        failure = e;
      }
    }
    throw new InvalidKeySpecException("not an RSA, EC or Ed25519 key", failure);
  }

  /**
   * The revocation lists. As in etcd, a file without PEM blocks is one list in DER.
   *
   * @throws GeneralSecurityException if there is none, or one cannot be parsed
   */
  List<X509CRL> revocationLists() throws GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<byte[]> contents = new ArrayList<>();
    blocks.stream()
        .filter(block -> block.type().equals("X509 CRL"))
        .forEach(block -> contents.add(block.content()));
    if (blocks.isEmpty()) {
      contents.add(bytes);
    }
    List<X509CRL> lists = new ArrayList<>();
    for (byte[] content : contents) {
      CRL list = factory.generateCRL(new ByteArrayInputStream(content));
      lists.add((X509CRL) list);
    }
    if (lists.isEmpty()) {
      throw new GeneralSecurityException("no revocation list in " + path);
    }
    return lists;
  }
}
