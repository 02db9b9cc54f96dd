package io.metastore.compat.jetcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.GrpcSslContexts;
import io.metastore.api.v1.Entry;
import io.metastore.client.MetastoreClient;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.FreePorts;
import io.metastore.compat.process.ServerProcess;
import io.metastore.tls.KeyFiles;
import io.metastore.tls.TestAuthority;
import io.metastore.tls.TestAuthority.Request;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** jetcd and our own library with TLS certificates. */
class TlsTest {
  @TempDir Path directory;

  private static Client jetcd(int port, TestAuthority authority, @Nullable KeyFiles identity)
      throws SSLException {
    SslContextBuilder tls = GrpcSslContexts.forClient().trustManager(authority.file().toFile());
    if (identity != null) {
      tls.keyManager(identity.certificate().toFile(), identity.key().toFile());
    }
    return Client.builder().endpoints("https://127.0.0.1:" + port).sslContext(tls.build()).build();
  }

  @Test
  void clientCertificatesAreRequiredAndAccepted() throws Exception {
    TestAuthority authority = new TestAuthority(directory, "authority");
    KeyFiles server = authority.issue(Request.of("server"));
    KeyFiles alice = authority.issue(Request.of("alice"));
    int port = FreePorts.next();
    try (ClusterProcesses cluster =
        ClusterProcesses.oneWithSecureClients(
            TlsTest.class,
            port,
            "--cert-file=" + server.certificate(),
            "--key-file=" + server.key(),
            "--trusted-ca-file=" + authority.file(),
            "--client-cert-auth")) {
      cluster.awaitReady();
      ByteSequence key = ByteSequence.from("/tls", UTF_8);
      try (Client jetcd = jetcd(port, authority, alice)) {
        jetcd.getKVClient().put(key, ByteSequence.from("jetcd", UTF_8)).get(30, TimeUnit.SECONDS);
      }
      try (Client stranger = jetcd(port, authority, null)) {
        assertThatThrownBy(() -> stranger.getKVClient().get(key).get(2, TimeUnit.SECONDS))
            .isInstanceOfAny(ExecutionException.class, TimeoutException.class);
      }
      if (!ServerProcess.isOther()) {
        assertThat(findByOurLibrary(port, authority, alice, "/tls")).isNotNull();
      }
    }
  }

  /** The key's entry; null if there is none. */
  private static @Nullable Entry findByOurLibrary(
      int port, TestAuthority authority, KeyFiles identity, String key) throws Exception {
    ChannelCredentials credentials =
        TlsChannelCredentials.newBuilder()
            .trustManager(authority.file().toFile())
            .keyManager(identity.certificate().toFile(), identity.key().toFile())
            .build();
    try (MetastoreClient client =
        MetastoreClient.builder().endpoints("127.0.0.1:" + port).credentials(credentials).build()) {
      return client.keyValue().find(key);
    }
  }
}
