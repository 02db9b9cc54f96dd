package io.metastore.tls;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.tls.TestAuthority.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsContextTest {
  @TempDir Path directory;
  private TestAuthority authority;
  private KeyFiles serverFiles;

  @BeforeEach
  void makeAuthority() {
    authority = new TestAuthority(directory, "authority");
    serverFiles = authority.issue(Request.of("server"));
  }

  private TlsContext server() throws IOException {
    return TlsContext.server(TlsSettings.server(serverFiles, authority.file()));
  }

  private TlsContext client(@Nullable KeyFiles identity) throws IOException {
    return TlsContext.client(TlsSettings.client(identity, authority.file(), false));
  }

  private TlsContext serverWith(
      @Nullable Path revoked, Set<String> names, Set<String> hosts, boolean address)
      throws IOException {
    return TlsContext.server(
        TlsSettings.server(serverFiles, authority.file()).toBuilder()
            .revocationList(revoked)
            .allowedNames(names)
            .allowedHostnames(hosts)
            .checksClientAddress(address)
            .build());
  }

  @Test
  void acceptsTheAuthoritysCertificatesAndIdentifiesTheClient() throws Exception {
    SSLSession session = Handshake.of(server(), client(authority.issue(Request.of("alice"))));

    assertThat(session.getPeerPrincipal().getName()).isEqualTo("CN=alice");
    assertThat(session.getProtocol()).isEqualTo("TLSv1.3");
  }

  @Test
  void refusesClientsWithoutCertificate() throws Exception {
    TlsContext server = server();
    TlsContext client = TlsContext.client(TlsSettings.client(null, authority.file(), false));

    assertThatThrownBy(() -> Handshake.of(server, client))
        .satisfies(
            e -> assertThat(HandshakeFailure.text(e)).contains("didn't provide a certificate"));
  }

  @Test
  void refusesAnExpiredCertificate() throws Exception {
    assertRefused(
        server(),
        authority.issue(Request.of("late").expired()),
        "certificate has expired or is not yet valid: current time 2");
  }

  @Test
  void refusesAForeignAuthority() throws Exception {
    TestAuthority foreign = new TestAuthority(directory, "foreign");

    assertRefused(
        server(), foreign.issue(Request.of("eve")), "certificate signed by unknown authority");
  }

  @Test
  void refusesAForeignAuthorityOfTheSameName() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    TestAuthority foreign = new TestAuthority(elsewhere, "authority");

    assertRefused(
        server(),
        foreign.issue(Request.of("eve")),
        "certificate signed by unknown authority (possibly because of \"x509: ECDSA verification"
            + " failure\" while trying to verify candidate authority certificate \"authority\")");
  }

  @Test
  void refusesASelfSignedCertificate() throws Exception {
    assertRefused(
        server(),
        authority.selfSigned(Request.of("self")),
        "certificate signed by unknown authority");
  }

  @Test
  void refusesARevokedCertificate() throws Exception {
    KeyFiles good = authority.issue(Request.of("good"));
    KeyFiles bad = authority.issue(Request.of("bad"));
    Path list = directory.resolve("revoked.pem");
    authority.revoke(list, bad);
    TlsContext server = serverWith(list, Set.of(), Set.of(), false);

    Handshake.of(server, client(good));
    assertRefused(server, bad, "revoked");
  }

  @Test
  void acceptsARevocationListInDer() throws Exception {
    KeyFiles bad = authority.issue(Request.of("bad"));
    Path list = directory.resolve("revoked.pem");
    authority.revoke(list, bad);
    Path der = directory.resolve("revoked.der");
    String text = Files.readString(list).replaceAll("-----.*-----", "");
    Files.write(der, Base64.getMimeDecoder().decode(text));

    assertRefused(serverWith(der, Set.of(), Set.of(), false), bad, "revoked");
  }

  @Test
  void revocationsApplyAtOnceEvenToClientsAcceptedBefore() throws Exception {
    KeyFiles alice = authority.issue(Request.of("alice"));
    Path list = directory.resolve("revoked.pem");
    authority.revoke(list);
    TlsContext server = serverWith(list, Set.of(), Set.of(), false);
    TlsContext client = client(alice);
    Handshake.of(server, client);

    authority.revoke(list, alice);

    assertThatThrownBy(() -> Handshake.of(server, client)).isInstanceOf(SSLException.class);
  }

  @Test
  void acceptsOnlyTheAllowedCommonNames() throws Exception {
    TlsContext server = serverWith(null, Set.of("alice", "bob"), Set.of(), false);

    Handshake.of(server, client(authority.issue(Request.of("bob"))));
    assertRefused(
        server, authority.issue(Request.of("carol")), "client certificate authentication failed");
  }

  @Test
  void acceptsOnlyTheAllowedHostnames() throws Exception {
    TlsContext server = serverWith(null, Set.of(), Set.of("a.example.com", "10.0.0.7"), false);

    Handshake.of(server, client(authority.issue(Request.of("a").forHosts("*.example.com"))));
    Handshake.of(server, client(authority.issue(Request.of("b").forHosts("10.0.0.7"))));
    assertRefused(
        server,
        authority.issue(Request.of("c").forHosts("a.b.example.com", "10.0.0.8")),
        "client certificate authentication failed");
  }

  @Test
  void checksTheAddressOfTheClient() throws Exception {
    TlsContext server = serverWith(null, Set.of(), Set.of(), true);

    Handshake.of(server, client(authority.issue(Request.of("anywhere").forHosts())));
    Handshake.of(server, client(authority.issue(Request.of("here").forHosts("127.0.0.1"))));
    Handshake.of(server, client(authority.issue(Request.of("byname").forHosts("localhost"))));
    assertRefused(
        server,
        authority.issue(Request.of("there").forHosts("192.0.2.1")),
        "x509: certificate is valid for 192.0.2.1, not 127.0.0.1");
    assertRefused(
        server,
        authority.issue(Request.of("invalid").forHosts("host.invalid")),
        "tls: \"127.0.0.1\" does not match any of DNSNames [\"host.invalid\"]");
  }

  @Test
  void clientsRefuseAServerOfAnotherNameOrAuthority() throws Exception {
    TlsContext server =
        TlsContext.server(
            TlsSettings.server(authority.issue(Request.of("other").forHosts("other")), null));
    TestAuthority foreign = new TestAuthority(directory, "foreign");
    TlsContext stranger = TlsContext.client(TlsSettings.client(null, foreign.file(), false));
    TlsContext trusting = TlsContext.client(TlsSettings.client(null, foreign.file(), true));

    assertThatThrownBy(() -> Handshake.of(server, client(null))).isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> Handshake.of(server, stranger)).isInstanceOf(SSLException.class);
    Handshake.of(server, trusting);
  }

  @Test
  void usesANewCertificateAfterItsFilesHaveChanged() throws Exception {
    TlsContext server = server();
    TlsContext client = client(authority.issue(Request.of("alice")));
    assertThat(Handshake.of(server, client).getLocalPrincipal().getName()).isEqualTo("CN=server");

    authority.issueInto(serverFiles, Request.of("renewed"));

    assertThat(Handshake.of(server, client).getLocalPrincipal().getName()).isEqualTo("CN=renewed");
  }

  @Test
  void keepsTheOldCertificateWhileTheNewFilesDoNotMatch() throws Exception {
    TlsContext server = server();
    TlsContext client = client(authority.issue(Request.of("alice")));
    KeyFiles next = authority.issue(Request.of("renewed"));

    Files.copy(next.certificate(), serverFiles.certificate(), REPLACE_EXISTING);
    assertThat(Handshake.of(server, client).getLocalPrincipal().getName()).isEqualTo("CN=server");
    Files.delete(serverFiles.key());
    assertThat(Handshake.of(server, client).getLocalPrincipal().getName()).isEqualTo("CN=server");
    Files.copy(next.key(), serverFiles.key());

    assertThat(Handshake.of(server, client).getLocalPrincipal().getName()).isEqualTo("CN=renewed");
  }

  @Test
  void trustsANewAuthorityAfterItsFileHasChanged() throws Exception {
    Path trusted = directory.resolve("trusted.pem");
    Files.copy(authority.file(), trusted);
    TlsContext server = TlsContext.server(TlsSettings.server(serverFiles, trusted));
    TestAuthority next = new TestAuthority(directory, "next");
    KeyFiles alice = next.issue(Request.of("alice"));
    assertRefused(server, alice, "unknown authority");

    Files.writeString(trusted, Files.readString(authority.file()) + Files.readString(next.file()));

    Handshake.of(server, client(alice));
  }

  @Test
  void usesOnlyTheConfiguredVersionsAndCipherSuites() throws Exception {
    TlsSettings base = TlsSettings.server(serverFiles, null);
    TlsContext old =
        TlsContext.server(
            base.toBuilder()
                .cipherSuites(List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"))
                .versions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2)
                .build());

    SSLSession session = Handshake.of(old, client(null));

    assertThat(base.maxVersion()).isEqualTo(TlsVersion.TLS_1_3);
    assertThat(session.getProtocol()).isEqualTo("TLSv1.2");
    assertThat(session.getCipherSuite()).isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
  }

  @Test
  void tellsTheVersionsThatARefusedClientOffered() throws Exception {
    TlsContext server =
        TlsContext.server(
            withVersion(TlsSettings.server(serverFiles, authority.file()), TlsVersion.TLS_1_3));
    TlsContext client =
        TlsContext.client(
            withVersion(TlsSettings.client(null, authority.file(), false), TlsVersion.TLS_1_2));

    assertThatThrownBy(() -> Handshake.of(server, client))
        .satisfies(
            e ->
                assertThat(HandshakeFailure.text(e))
                    .startsWith("tls: client offered only unsupported versions: [303"));
  }

  private static TlsSettings withVersion(TlsSettings base, TlsVersion only) {
    return base.toBuilder().versions(only, only).build();
  }

  @Test
  void createsItsSelfSignedCertificateOnce() throws Exception {
    Path fixtures = directory.resolve("fixtures");
    KeyFiles own = SelfSignedFiles.in(fixtures, List.of("localhost", "127.0.0.1", "::1"), 60);
    byte[] first = Files.readAllBytes(own.certificate());
    TlsContext server = TlsContext.server(TlsSettings.server(own, null));

    // If the certificate itself is trusted, its names, dates and signature are checked.
    Handshake.of(server, TlsContext.client(TlsSettings.client(null, own.certificate(), false)));
    assertThat(
            CertificateNames.of(PemFile.read(own.certificate()).certificates().get(0)).dnsNames())
        .containsExactly("localhost");
    SelfSignedFiles.in(fixtures, List.of("localhost"), 1);
    assertThat(Files.readAllBytes(own.certificate())).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC"})
  void readsKeysAsOpensslAndGoWriteThem(String algorithm) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(algorithm.equals("RSA") ? 2048 : 384);
    KeyPair pair = generator.generateKeyPair();
    byte[] plain =
        PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();
    Path file = directory.resolve("plain.key");
    byte[] withCurve =
        algorithm.equals("RSA")
            ? plain
            : new org.bouncycastle.asn1.sec.ECPrivateKey(
                    384,
                    ((java.security.interfaces.ECPrivateKey) pair.getPrivate()).getS(),
                    PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded())
                        .getPrivateKeyAlgorithm()
                        .getParameters())
                .getEncoded();
    Files.writeString(
        file,
        "-----BEGIN %s PRIVATE KEY-----\n%s\n-----END %s PRIVATE KEY-----\n"
            .formatted(algorithm, Base64.getMimeEncoder().encodeToString(withCurve), algorithm));

    assertThat(Identity.isPair(PemFile.read(file).privateKey(), pair.getPublic())).isTrue();
  }

  @Test
  void refusesFilesThatCannotBeUsed() throws Exception {
    Path text = Files.writeString(directory.resolve("text"), "no PEM");
    KeyFiles mixed =
        new KeyFiles(serverFiles.certificate(), authority.issue(Request.of("other")).key());

    assertThatThrownBy(() -> TlsContext.server(TlsSettings.server(mixed, null)))
        .isInstanceOf(IOException.class)
        .hasMessage("tls: private key does not match public key");
    assertThatThrownBy(() -> TlsContext.server(TlsSettings.server(serverFiles, text)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no certificate in");
    assertThatThrownBy(
            () ->
                TlsContext.server(
                    TlsSettings.server(serverFiles, directory.resolve("missing.pem"))))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PKCS12", "JKS"})
  void readsKeyStores(String type) throws Exception {
    KeyFiles files = authority.issue(Request.of("server").forHosts("localhost"));
    Path store = directory.resolve("server." + type);
    Path trusted = directory.resolve("trusted." + type);
    authority.writeStore(store, type, "secret", files);
    authority.writeStore(trusted, type, "secret", null);
    TlsSettings pem = TlsSettings.server(new KeyFiles(store, store, "secret"), trusted);
    TlsContext server = TlsContext.server(withPassword(pem, "secret"));
    SSLSession session = Handshake.of(server, client(authority.issue(Request.of("alice"))));
    assertThat(session.getPeerPrincipal().getName()).isEqualTo("CN=alice");
    assertThatThrownBy(() -> TlsContext.server(withPassword(pem, "wrong")))
        .isInstanceOf(IOException.class);
    authority.writeStore(
        store, type, "secret", authority.issue(Request.of("other").forHosts("elsewhere")));
    assertThatThrownBy(() -> Handshake.of(server, client(authority.issue(Request.of("alice")))))
        .as("the new certificate is for another host")
        .isInstanceOf(SSLException.class);
  }

  private static TlsSettings withPassword(TlsSettings base, String password) {
    return base.toBuilder().trustedCaPassword(password).build();
  }

  private void assertRefused(TlsContext server, KeyFiles identity, String reason)
      throws IOException {
    TlsContext client = client(identity);
    assertThatThrownBy(() -> Handshake.of(server, client))
        .satisfies(e -> assertThat(HandshakeFailure.text(e)).contains(reason));
  }
}
