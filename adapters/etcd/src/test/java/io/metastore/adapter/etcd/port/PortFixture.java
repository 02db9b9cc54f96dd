package io.metastore.adapter.etcd.port;

import com.google.protobuf.BytesValue;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client port on a free local address, and clients for it. */
final class PortFixture implements AutoCloseable {
  static final int MAX_REQUEST_BYTES = 1_572_864;

  final ClientPort port;
  final GrpcCounters counters;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  PortFixture(BindableService service, Map<String, HttpEndpoint> endpoints, Duration handshake) {
    this(service, endpoints, handshake, new GrpcCounters());
  }

  PortFixture(
      BindableService service,
      Map<String, HttpEndpoint> endpoints,
      Duration handshake,
      GrpcCounters counters) {
    this.counters = counters;
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    ClientPortSettings settings =
        new ClientPortSettings(
            List.of(ListenAddress.plain(free), ListenAddress.plain(free)),
            null,
            2,
            MAX_REQUEST_BYTES,
            ConnectionRules.DEFAULT,
            handshake,
            Duration.ofSeconds(5));
    try {
      port = ClientPort.start(settings, List.of(service), counters, HttpSite.open(endpoints));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static PortFixture open() {
    return new PortFixture(
        EchoService.open(),
        Map.of("/version", new VersionEndpoint(EtcdVersion.DEFAULT)),
        Duration.ofMinutes(2));
  }

  static PortFixture open(BindableService service) {
    return new PortFixture(service, Map.of(), Duration.ofMinutes(2));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) port.addresses().get(0).address();
  }

  ManagedChannel channel() {
    return channel(address());
  }

  ManagedChannel channel(InetSocketAddress address) {
    ManagedChannel channel = NettyChannelBuilder.forAddress(address).usePlaintext().build();
    channels.add(channel);
    return channel;
  }

  static BytesValue echo(ManagedChannel channel, BytesValue message) {
    return ClientCalls.blockingUnaryCall(channel, EchoService.UNARY, CallOptions.DEFAULT, message);
  }

  HttpResponse<String> http(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + address().getPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** A socket with a read timeout, so that a broken test does not hang. */
  Socket socket() throws IOException {
    Socket socket = new Socket(address().getAddress(), address().getPort());
    socket.setSoTimeout(30_000);
    return socket;
  }

  /** Closes the port but not its clients. */
  void closePort() {
    port.close();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    port.close();
  }
}
