package io.metastore.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A self-signed certificate for {@code --auto-tls}: it allows encryption but proves no identity.
 * Created once, and stored in the same files as by etcd.
 */
public final class SelfSignedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SelfSignedFiles.class);

  private static final int SERIAL_BITS = 127;
  private static final Duration YEAR = Duration.ofDays(365);
  private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.objectId("1.2.840.10045.4.3.2"));
  private static final int TAG_DNS_NAME = 0x82;
  private static final int TAG_IP_ADDRESS = 0x87;
  private static final byte[] SIGNS_AND_ENCIPHERS_KEYS = {(byte) 0xA0};

  private SelfSignedFiles() {}

  /** The paths of the files in a directory, whether they exist or not. */
  public static KeyFiles paths(Path directory) {
    return new KeyFiles(directory.resolve("cert.pem"), directory.resolve("key.pem"));
  }

  /**
   * The files in a directory; created if one is missing.
   *
   * @param hosts DNS names and IP addresses in the certificate
   * @param years its validity
   * @throws IOException if they cannot be written
   */
  public static KeyFiles in(Path directory, List<String> hosts, long years) throws IOException {
    KeyFiles files = paths(directory);
    if (!Files.exists(files.certificate()) || !Files.exists(files.key())) {
      Files.createDirectories(directory);
      Instant end = Instant.now().plus(YEAR.multipliedBy(years));
      LOG.atWarn()
          .addKeyValue("certificate-validity-bound-not-after", end)
          .log("automatically generate certificates");
      try {
        make(files, hosts, end);
      } catch (GeneralSecurityException e) {
        throw new IOException("make a certificate: " + e.getMessage(), e);
      }
      LOG.atInfo().addKeyValue("path", files.certificate()).log("created cert file");
      LOG.atInfo().addKeyValue("path", files.key()).log("created key file");
    }
    return files;
  }

  private static void make(KeyFiles files, List<String> hosts, Instant end)
      throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    // etcd uses P-521, whose handshakes cost several times as much without better protection.
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    Files.deleteIfExists(files.key());
    write(files.key(), "PRIVATE KEY", pair.getPrivate().getEncoded(), "rw-------");
    write(files.certificate(), "CERTIFICATE", certificate(pair, hosts, end), "rw-r--r--");
  }

  /** Encodes and signs a certificate, see RFC 5280, 4.1. */
  private static byte[] certificate(KeyPair pair, List<String> hosts, Instant end)
      throws GeneralSecurityException {
    byte[] subject =
        Der.sequence(Der.set(Der.sequence(Der.objectId("2.5.4.10"), Der.text("etcd"))));
    byte[] content =
        Der.sequence(
            Der.element(Der.EXPLICIT_0, Der.integer(BigInteger.TWO)),
            Der.integer(new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(0)),
            ECDSA_WITH_SHA256,
            subject,
            Der.sequence(Der.time(Instant.now()), Der.time(end)),
            subject,
            pair.getPublic().getEncoded(),
            Der.element(Der.EXPLICIT_3, extensions(hosts)));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(content);
    return Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
  }

  private static byte[] extensions(List<String> hosts) {
    List<byte[]> names = new ArrayList<>();
    hosts.forEach(host -> names.add(name(host)));
    byte[] serverAndClient =
        Der.sequence(Der.objectId("1.3.6.1.5.5.7.3.1"), Der.objectId("1.3.6.1.5.5.7.3.2"));
    return Der.sequence(
        // Key usage, extended key usage, basic constraints (not an authority), alternative names.
        critical("2.5.29.15", Der.bits(5, SIGNS_AND_ENCIPHERS_KEYS)),
        Der.sequence(Der.objectId("2.5.29.37"), Der.octets(serverAndClient)),
        critical("2.5.29.19", Der.sequence()),
        Der.sequence(
            Der.objectId("2.5.29.17"), Der.octets(Der.sequence(names.toArray(byte[][]::new)))));
  }

  private static byte[] critical(String id, byte[] value) {
    return Der.sequence(Der.objectId(id), Der.yes(), Der.octets(value));
  }

  private static byte[] name(String host) {
    if (CertificateNames.isAddress(host)) {
      try {
        return Der.element(TAG_IP_ADDRESS, InetAddress.getByName(host).getAddress());
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException("not an IP address: " + host, e);
      }
    }
    return Der.element(TAG_DNS_NAME, host.getBytes(StandardCharsets.US_ASCII));
  }

  private static void write(Path path, String type, byte[] content, String permissions)
      throws IOException {
    FileAttribute<?> attribute =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (!Files.exists(path)) {
      Files.createFile(path, posix ? new FileAttribute<?>[] {attribute} : new FileAttribute<?>[0]);
    }
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(
                type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), type);
    Files.writeString(path, text, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }
}
