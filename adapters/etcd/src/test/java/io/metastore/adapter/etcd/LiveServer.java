package io.metastore.adapter.etcd;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.metastore.core.node.LoneMember;
import io.metastore.core.node.Node;
import io.metastore.etcdapi.etcdserverpb.AuthEnableRequest;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthenticateRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** All services over a real store with a single member. */
final class LiveServer implements AutoCloseable {
  /** The scratch directory of servers that need none. */
  static final Path SCRATCH = Path.of("target", "scratch");

  final Node node;
  final ManagedChannel channel;
  private final EtcdServices services;
  private final Server server;

  LiveServer(Path directory) throws Exception {
    this(directory, null);
  }

  /**
   * @param jwt null for simple tokens
   */
  LiveServer(Path directory, @Nullable JwtKeys jwt) throws Exception {
    node = LoneMember.start(directory, 1 << 20);
    services =
        new EtcdServices(
            node, new EtcdSettings("3.7.1", 128, 500, false, directory.resolve("scratch"), jwt));
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
    for (BindableService service : services.services()) {
      builder.addService(service);
    }
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  /** Turns access control on, with a user root whose password is "root". */
  void enableAuth() {
    AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel);
    auth.userAdd(AuthUserAddRequest.newBuilder().setName("root").setPassword("root").build());
    auth.userGrantRole(
        AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
    auth.authEnable(AuthEnableRequest.getDefaultInstance());
  }

  String logIn(String user, String password) {
    return AuthGrpc.newBlockingStub(channel)
        .authenticate(AuthenticateRequest.newBuilder().setName(user).setPassword(password).build())
        .getToken();
  }

  /** A channel whose calls carry a token. */
  Channel withToken(String token) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    services.close();
    node.close();
  }
}
