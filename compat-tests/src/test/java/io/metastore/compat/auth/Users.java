package io.metastore.compat.auth;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.metastore.compat.process.Await;
import io.metastore.etcdapi.authpb.Permission;
import io.metastore.etcdapi.etcdserverpb.AuthEnableRequest;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc;
import io.metastore.etcdapi.etcdserverpb.AuthGrpc.AuthBlockingStub;
import io.metastore.etcdapi.etcdserverpb.AuthRoleAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserDeleteRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthenticateRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Creates users with all kinds of permissions on keys below {@code /a/}, and enables auth. */
final class Users {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /** The smallest key; as a range end, no upper bound. */
  static final String ZERO = "\0";

  private final Channel open;
  private final Map<String, Channel> channels = new LinkedHashMap<>();

  /**
   * @param open a channel to a server on which auth is disabled
   */
  Users(Channel open) {
    this.open = open;
    add("root");
    grant("root", "root");
    add("none");
    role("reader", Permission.Type.READ, "/a/", "/a0");
    role("writer", Permission.Type.WRITE, "/a/", "/a0");
    role("both", Permission.Type.READWRITE, "/a/", "/a0");
    role("point", Permission.Type.READWRITE, "/a/k", "");
    role("upward", Permission.Type.READ, "/m", ZERO);
    role("everything", Permission.Type.READWRITE, ZERO, ZERO);
    role("first-half", Permission.Type.READ, "/a/", "/a/m");
    role("second-half", Permission.Type.READWRITE, "/a/m", "/a0");
    add("halves");
    grant("halves", "first-half");
    grant("halves", "second-half");
    add("reader-and-writer");
    grant("reader-and-writer", "reader");
    grant("reader-and-writer", "writer");
    add("deleted");
    auth(open).authEnable(AuthEnableRequest.getDefaultInstance());

    channels.put("(no token)", open);
    channels.put("(invalid token)", withToken("abcdefghijklmnop.1"));
    for (String user :
        new String[] {
          "root",
          "none",
          "reader",
          "writer",
          "both",
          "point",
          "upward",
          "everything",
          "halves",
          "reader-and-writer",
          "deleted"
        }) {
      channels.put(user, withToken(logIn(user)));
    }
    auth(root()).userDelete(AuthUserDeleteRequest.newBuilder().setName("deleted").build());
  }

  /** The channels by the name of their user. */
  Map<String, Channel> channels() {
    return channels;
  }

  Channel root() {
    return requireNonNull(channels.get("root"), "made in the constructor");
  }

  private void role(String name, Permission.Type type, String key, String end) {
    auth(open).roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
    auth(open)
        .roleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder()
                .setName(name)
                .setPerm(
                    Permission.newBuilder()
                        .setPermType(type)
                        .setKey(ByteString.copyFromUtf8(key))
                        .setRangeEnd(ByteString.copyFromUtf8(end)))
                .build());
    add(name);
    grant(name, name);
  }

  private void add(String name) {
    auth(open).userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword(name).build());
  }

  private void grant(String user, String role) {
    auth(open)
        .userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
  }

  private String logIn(String user) {
    return auth(open)
        .authenticate(AuthenticateRequest.newBuilder().setName(user).setPassword(user).build())
        .getToken();
  }

  private Channel withToken(String token) {
    return withToken(open, token);
  }

  static Channel withToken(Channel open, String token) {
    Metadata metadata = new Metadata();
    metadata.put(TOKEN, token);
    return ClientInterceptors.intercept(open, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  static AuthBlockingStub auth(Channel channel) {
    return AuthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
