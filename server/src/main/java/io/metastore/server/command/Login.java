package io.metastore.server.command;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.metastore.api.v1.AclGrpc;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.Settings;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthenticateRequest;

/** Logs in with the user and the password of the command line, if there is a user. */
final class Login {
  private Login() {}

  /** A channel for calls of etcd's API. */
  static Channel toEtcdApi(Channel channel, Settings settings) throws CommandFailed {
    return settings.user().isEmpty()
        ? channel
        : toEtcdApi(channel, settings.user(), settings.password());
  }

  /** As {@link #toEtcdApi(Channel, Settings)}, with another user. */
  static Channel toEtcdApi(Channel channel, String user, String password) {
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder().setName(user).setPassword(password).build();
    return withToken(channel, AuthGrpc.newBlockingStub(channel).authenticate(request).getToken());
  }

  /** A channel for calls of the native API. */
  static Channel toNativeApi(Channel channel, Settings settings) throws CommandFailed {
    if (settings.user().isEmpty()) {
      return channel;
    }
    io.metastore.api.v1.AuthenticateRequest request =
        io.metastore.api.v1.AuthenticateRequest.newBuilder()
            .setUser(settings.user())
            .setPassword(settings.password())
            .build();
    return withToken(channel, AclGrpc.newBlockingStub(channel).authenticate(request).getToken());
  }

  private static Channel withToken(Channel channel, String token) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }
}
