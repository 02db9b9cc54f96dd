package io.metastore.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.metastore.api.v1.AclGrpc;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.ClusterGrpc;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.TransactionsGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Servers without any behaviour of their own: the test receives each request and sends the
 * response.
 */
final class ScriptedCluster implements AutoCloseable {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          AclGrpc.getServiceDescriptor(),
          ClientsGrpc.getServiceDescriptor(),
          ClusterGrpc.getServiceDescriptor(),
          KeyValueGrpc.getServiceDescriptor(),
          LocksGrpc.getServiceDescriptor(),
          TransactionsGrpc.getServiceDescriptor());

  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> TOKEN_SHOWN = Context.keyWithDefault("token", "");

  private final List<Server> servers = new ArrayList<>();
  private final Map<String, BlockingQueue<Incoming<?, ?>>> requests = new ConcurrentHashMap<>();

  ScriptedCluster(int size) throws IOException {
    for (int number = 0; number < size; number++) {
      NettyServerBuilder builder =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      builder.intercept(ScriptedCluster::noteToken);
      for (ServiceDescriptor service : SERVICES) {
        ServerServiceDefinition.Builder methods =
            ServerServiceDefinition.builder(service.getName());
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
          methods.addMethod(scripted(method, number));
        }
        builder.addService(methods.build());
      }
      servers.add(builder.build().start());
    }
  }

  String[] endpoints() {
    return servers.stream().map(server -> "127.0.0.1:" + server.getPort()).toArray(String[]::new);
  }

  /** Builds a client that starts with server 0. */
  MetastoreClient.Builder client() {
    return MetastoreClient.builder().endpoints(endpoints()).firstEndpoint(0);
  }

  /** Waits for the next request to a method on any server. */
  @SuppressWarnings("unchecked") // the queue of a method has its requests only
  <Q, R> Incoming<Q, R> next(MethodDescriptor<Q, R> method) throws InterruptedException {
    Incoming<?, ?> incoming = queue(method).poll(30, TimeUnit.SECONDS);
    assertThat(incoming).as("request to %s", method.getFullMethodName()).isNotNull();
    return (Incoming<Q, R>) incoming;
  }

  /** The number of requests to a method that the test has not taken yet. */
  int waiting(MethodDescriptor<?, ?> method) {
    return queue(method).size();
  }

  /** Closes all connections of a server and makes it refuse new ones. */
  void kill(int number) throws InterruptedException {
    servers.get(number).shutdownNow().awaitTermination();
  }

  @Override
  public void close() {
    servers.forEach(Server::shutdownNow);
  }

  private BlockingQueue<Incoming<?, ?>> queue(MethodDescriptor<?, ?> method) {
    return requests.computeIfAbsent(
        method.getFullMethodName(), name -> new LinkedBlockingQueue<>());
  }

  private <Q, R> ServerMethodDefinition<Q, R> scripted(MethodDescriptor<Q, R> method, int server) {
    return ServerMethodDefinition.create(
        method,
        switch (method.getType()) {
          case UNARY ->
              ServerCalls.asyncUnaryCall(
                  (request, answers) -> arrived(method, server, request, calm(answers)));
          case SERVER_STREAMING ->
              ServerCalls.asyncServerStreamingCall(
                  (request, answers) -> arrived(method, server, request, calm(answers)));
          default ->
              ServerCalls.asyncBidiStreamingCall(
                  answers -> {
                    calm(answers);
                    return new StreamObserver<Q>() {
                      @Override
                      public void onNext(Q request) {
                        arrived(method, server, request, answers);
                      }

                      @Override
                      public void onError(Throwable failure) {}

                      @Override
                      public void onCompleted() {}
                    };
                  });
        });
  }

  private static <Q, R> ServerCall.Listener<Q> noteToken(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String token = headers.get(TOKEN);
    Context context = Context.current().withValue(TOKEN_SHOWN, token == null ? "" : token);
    return Contexts.interceptCall(context, call, headers, next);
  }

  /** Ignores responses to calls that the client has cancelled, which would throw otherwise. */
  private static <R> StreamObserver<R> calm(StreamObserver<R> answers) {
    ((ServerCallStreamObserver<R>) answers).setOnCancelHandler(() -> {});
    return answers;
  }

  private <Q, R> void arrived(
      MethodDescriptor<Q, R> method, int server, Q request, StreamObserver<R> answers) {
    queue(method).add(new Incoming<>(server, request, answers, TOKEN_SHOWN.get()));
  }

  /**
   * A request that the test answers.
   *
   * @param token the token sent with the request; empty for none
   */
  record Incoming<Q, R>(int server, Q request, StreamObserver<R> answers, String token) {
    /** Sends the response of a unary call. */
    void answer(R answer) {
      answers.onNext(answer);
      answers.onCompleted();
    }

    /** Sends one response of a stream. */
    void tell(R answer) {
      answers.onNext(answer);
    }

    void fail(Status.Code code, ErrorDetail.Reason reason) {
      fail(code, ErrorDetail.newBuilder().setReason(reason).build());
    }

    void fail(Status.Code code, ErrorDetail detail) {
      answers.onError(
          StatusProto.toStatusRuntimeException(
              com.google.rpc.Status.newBuilder()
                  .setCode(code.value())
                  .setMessage("as scripted")
                  .addDetails(Any.pack(detail))
                  .build()));
    }
  }
}
