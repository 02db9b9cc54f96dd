package io.metastore.cli;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.ErrorDetail;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server whose Cluster and Acl services record their requests and answer as the test scripts
 * them. It covers failures, and calls that a cluster of one member cannot carry out.
 */
final class FakeAdmin implements AutoCloseable {
  /** All requests, in order of arrival. */
  final List<Message> requests = new CopyOnWriteArrayList<>();

  private final Map<String, Object> answers = new ConcurrentHashMap<>();
  private final Server server;

  FakeAdmin() throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    for (ServiceDescriptor service :
        List.of(AclGrpc.getServiceDescriptor(), ClusterGrpc.getServiceDescriptor())) {
      builder.addService(service(service));
    }
    server = builder.build().start();
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  <R> void answer(MethodDescriptor<?, R> method, R answer) {
    answers.put(method.getFullMethodName(), answer);
  }

  void fail(MethodDescriptor<?, ?> method, Status.Code code, ErrorDetail.Reason reason) {
    com.google.rpc.Status status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage("as scripted")
            .addDetails(Any.pack(ErrorDetail.newBuilder().setReason(reason).build()))
            .build();
    answers.put(method.getFullMethodName(), StatusProto.toStatusRuntimeException(status));
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private BindableService service(ServiceDescriptor descriptor) {
    ServerServiceDefinition.Builder methods = ServerServiceDefinition.builder(descriptor.getName());
    for (MethodDescriptor<?, ?> method : new ArrayList<>(descriptor.getMethods())) {
      add(methods, method);
    }
    return methods::build;
  }

  private <Q, R> void add(ServerServiceDefinition.Builder methods, MethodDescriptor<Q, R> method) {
    methods.addMethod(
        method, ServerCalls.asyncUnaryCall((request, answers) -> answer(method, request, answers)));
  }

  @SuppressWarnings("unchecked") // answer(method, …) stored it for this method
  private <Q, R> void answer(MethodDescriptor<Q, R> method, Q request, StreamObserver<R> caller) {
    requests.add((Message) request);
    Object answer = answers.get(method.getFullMethodName());
    if (answer instanceof RuntimeException failure) {
      caller.onError(failure);
    } else if (answer == null) {
      caller.onError(Status.UNIMPLEMENTED.asRuntimeException());
    } else {
      caller.onNext((R) answer);
      caller.onCompleted();
    }
  }
}
