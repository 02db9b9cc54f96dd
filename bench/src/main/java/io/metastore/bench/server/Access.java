package io.metastore.bench.server;

import io.grpc.Channel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.etcdapi.etcdserverpb.AuthEnableRequest;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthenticateRequest;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * How clients get access to the servers.
 *
 * @param password password of the user {@code root}, if the servers demand a login; otherwise null
 * @param certificates null for connections without TLS
 */
public record Access(@Nullable String password, @Nullable Certificates certificates) {
  /** No login and no TLS. */
  public static final Access OPEN = new Access(null, null);

  private static final String ROOT = "root";

  /**
   * PEM files for connections on which both sides show a certificate. Servers and clients use the
   * same one.
   */
  public record Certificates(Path authority, Path certificate, Path key) {}

  /** The scheme of the servers' client URLs. */
  String scheme() {
    return certificates == null ? "http" : "https";
  }

  /** The flags with which etcd's servers demand these certificates. */
  List<String> serverFlags() {
    return certificates == null
        ? List.of()
        : List.of(
            "--client-cert-auth",
            "--trusted-ca-file=" + certificates.authority(),
            "--cert-file=" + certificates.certificate(),
            "--key-file=" + certificates.key());
  }

  /**
   * The clients' side of TLS; null for connections without TLS.
   *
   * @throws IllegalArgumentException if a file cannot be used
   */
  public @Nullable SslContext clientTls() {
    if (certificates == null) {
      return null;
    }
    try {
      return GrpcSslContexts.forClient()
          .trustManager(certificates.authority().toFile())
          .keyManager(certificates.certificate().toFile(), certificates.key().toFile())
          .build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("cannot use " + certificates, e);
    }
  }

  /** A channel to a server, with TLS if there are certificates, but without a login. */
  public NettyChannelBuilder channel(Endpoint endpoint) {
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress(endpoint.address());
    SslContext tls = clientTls();
    return tls == null ? builder.usePlaintext() : builder.sslContext(tls);
  }

  /** Makes a new cluster demand the password; does nothing if there is none. */
  public void demand(Channel member) {
    if (password == null) {
      return;
    }
    AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(member);
    auth.userAdd(AuthUserAddRequest.newBuilder().setName(ROOT).setPassword(password).build());
    auth.roleAdd(AuthRoleAddRequest.newBuilder().setName(ROOT).build());
    auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(ROOT).setRole(ROOT).build());
    auth.authEnable(AuthEnableRequest.getDefaultInstance());
  }

  /** Logs in; returns the token, or null if no login is demanded. */
  public @Nullable String logIn(Channel member) {
    return password == null
        ? null
        : AuthGrpc.newBlockingStub(member)
            .authenticate(
                AuthenticateRequest.newBuilder().setName(ROOT).setPassword(password).build())
            .getToken();
  }

  /** Without the password. */
  @Override
  public String toString() {
    return (password == null ? "no login" : "login") + ", " + scheme();
  }
}
