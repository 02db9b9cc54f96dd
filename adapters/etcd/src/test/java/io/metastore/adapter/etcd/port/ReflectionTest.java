package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.metastore.etcdapi.v3lockpb.LockGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReflectionTest {

  @Test
  void toolsCanListServicesAndMessages() throws Exception {
    List<BindableService> services = new ArrayList<>(Reflection.services());
    services.add(new LockGrpc.LockImplBase() {});
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (ClientPort port =
        ClientPort.start(
            ClientPortSettings.of(
                List.of(ListenAddress.plain(free)), null, 1024, ConnectionRules.DEFAULT),
            services,
            new GrpcCounters(),
            HttpSite.none())) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(port.addresses().get(0).address()).usePlaintext().build();
      try {
        ServerReflectionResponse list =
            ask(channel, ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(list.getListServicesResponse().getServiceList())
            .extracting(ServiceResponse::getName)
            .contains("v3lockpb.Lock", "grpc.reflection.v1alpha.ServerReflection");
        ServerReflectionResponse file =
            ask(
                channel,
                ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol("v3lockpb.Lock.Unlock")
                    .build());
        FileDescriptorProto lock =
            FileDescriptorProto.parseFrom(
                file.getFileDescriptorResponse().getFileDescriptorProto(0));
        assertThat(lock.getPackage()).isEqualTo("v3lockpb");
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static ServerReflectionResponse ask(
      ManagedChannel channel, ServerReflectionRequest question) throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> call =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    answer.completeExceptionally(new AssertionError("no answer"));
                  }
                });
    call.onNext(question);
    call.onCompleted();
    return answer.get(30, TimeUnit.SECONDS);
  }
}
