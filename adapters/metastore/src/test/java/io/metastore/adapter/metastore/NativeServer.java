package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.EnableRequest;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.PutUserRequest;
import io.metastore.core.node.LoneMember;
import io.metastore.core.node.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A member with all services, and a channel to them. */
final class NativeServer implements AutoCloseable {
  static final long TIMEOUT_S = 60;
  static final int MAX_REQUEST_BYTES = 1_572_864;

  final ManagedChannel channel;

  /** Whether a service asked the process to stop. */
  volatile boolean stopAsked;

  /** The services' clock, in milliseconds since 1970. */
  volatile LongSupplier clockMs = System::currentTimeMillis;

  private final Front front;
  private final Node node;

  private NativeServer(Node node) {
    this.node = node;
    front =
        new Front(
            new MetastoreServices(
                node,
                new MetastoreSettings("0.0.1-test", () -> stopAsked = true),
                () -> clockMs.getAsLong()));
    channel = front.channel;
  }

  /** A server with services, and a channel to it. */
  static final class Front implements AutoCloseable {
    final ManagedChannel channel;
    private final MetastoreServices services;
    private final Server server;

    Front(MetastoreServices services) {
      this.services = services;
      String name = InProcessServerBuilder.generateName();
      InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
      for (BindableService service : services.services()) {
        builder.addService(service);
      }
      try {
        server = builder.build().start();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    @Override
    public void close() {
      channel.shutdownNow();
      server.shutdownNow();
      services.close();
    }
  }

  /** Starts a cluster of one member with an empty store. */
  static NativeServer start(Path directory) throws Exception {
    return new NativeServer(LoneMember.start(directory, MAX_REQUEST_BYTES));
  }

  /** The services of the server. */
  List<BindableService> services() {
    return front.services.services();
  }

  /** A channel whose calls carry a token. */
  static Channel withToken(Channel channel, String token) {
    Metadata metadata = new Metadata();
    metadata.put(Authorization.TOKEN, token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  /** A channel for calls of a user, without the user's password. */
  Channel channelOfUser(String user) {
    return withToken(channel, node.access().newToken(user, Long.MAX_VALUE));
  }

  /** Turns access control on, with a user root that has no password. */
  void enableAccess() {
    AclGrpc.AclBlockingStub acl = AclGrpc.newBlockingStub(channel);
    acl.putUser(PutUserRequest.newBuilder().setName("root").addRoles("root").build());
    acl.enable(EnableRequest.getDefaultInstance());
  }

  /** The store of the services. */
  Node node() {
    return node;
  }

  @Override
  public void close() {
    front.close();
    node.close();
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** The detail of the error that ends a call; checks its gRPC code. */
  static ErrorDetail errorOf(ThrowingCallable call) {
    Throwable thrown = Assertions.catchThrowable(call);
    assertThat(thrown).isInstanceOf(StatusRuntimeException.class);
    return errorOf((StatusRuntimeException) thrown);
  }

  static ErrorDetail errorOf(StatusRuntimeException failure) {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    assertThat(status).as("details of %s", failure).isNotNull();
    try {
      ErrorDetail detail = status.getDetails(0).unpack(ErrorDetail.class);
      assertThat(Status.fromThrowable(failure).getCode())
          .isEqualTo(Errors.codeOf(detail.getReason()));
      return detail;
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
