package io.metastore.server.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.server.config.Bootstrap;
import io.metastore.server.config.EtcdUrl;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DnsDiscoveryTest {
  private static final List<EtcdUrl> OWN =
      List.of(new EtcdUrl("http://127.0.0.1:2382", "http", "127.0.0.1", 2382));

  @Test
  void othersAreNumberedAndThisMemberIsFoundByItsAddress() throws Exception {
    assertThat(find(Map.of("_etcd-server._tcp.example.test", List.of(2381, 2382, 2383)), ""))
        .isEqualTo("0=http://localhost:2381,m2=http://localhost:2382,1=http://localhost:2383");
  }

  @Test
  void serviceNameIsPartOfTheQuery() throws Exception {
    assertThat(find(Map.of("_etcd-server-blue._tcp.example.test", List.of(2382)), "blue"))
        .isEqualTo("m2=http://localhost:2382");
  }

  @Test
  void withoutRecordsThereIsNoCluster() {
    assertThatThrownBy(() -> find(Map.of(), ""))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "error querying DNS SRV records for _etcd-server-ssl._tcp.example.test");
  }

  @Test
  void recordOfThisMemberWithAnotherSchemeIsRefused() {
    assertThatThrownBy(() -> find(Map.of("_etcd-server-ssl._tcp.example.test", List.of(2382)), ""))
        .hasMessageContaining("scheme mismatch with expected peer http://127.0.0.1:2382");
  }

  private static String find(Map<String, List<Integer>> ports, String serviceName)
      throws IOException {
    try (NameServer server = new NameServer(ports)) {
      return DnsDiscovery.find(
          new Bootstrap.Dns("example.test", serviceName), server.url(), "m2", OWN);
    }
  }

  /** A DNS server that answers queries for SRV records; all hosts are {@code localhost}. */
  private static final class NameServer implements AutoCloseable {
    private static final int ANSWER = 0x8180;
    private static final int NO_SUCH_NAME = 3;
    private static final int SRV = 33;
    private static final byte[] LOCALHOST = "\tlocalhost\0".getBytes(StandardCharsets.US_ASCII);

    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final Map<String, List<Integer>> ports;

    NameServer(Map<String, List<Integer>> ports) throws IOException {
      this.ports = ports;
      Thread thread = new Thread(this::serve, "dns");
      thread.setDaemon(true);
      thread.start();
    }

    String url() {
      return "dns://127.0.0.1:" + socket.getLocalPort();
    }

    private void serve() {
      try {
        while (true) {
          DatagramPacket packet = new DatagramPacket(new byte[512], 512);
          socket.receive(packet);
          byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
          socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      } catch (SocketException e) {
        // The socket was closed.
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private byte[] answer(byte[] question) throws IOException {
      List<String> labels = new ArrayList<>();
      int place = 12;
      while (question[place] != 0) {
        labels.add(new String(question, place + 1, question[place], StandardCharsets.US_ASCII));
        place += question[place] + 1;
      }
      List<Integer> found = ports.getOrDefault(String.join(".", labels), List.of());
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream answer = new DataOutputStream(bytes);
      answer.writeShort(ByteBuffer.wrap(question).getShort());
      answer.writeShort(ANSWER + (found.isEmpty() ? NO_SUCH_NAME : 0));
      for (int count : new int[] {1, found.size(), 0, 0}) {
        answer.writeShort(count);
      }
      answer.write(question, 12, place + 5 - 12);
      for (int port : found) {
        // The name from the query, class IN, time to live one minute.
        for (int part : new int[] {0xc00c, SRV, 1, 0, 60, 6 + LOCALHOST.length, 0, 0, port}) {
          answer.writeShort(part);
        }
        answer.write(LOCALHOST);
      }
      return bytes.toByteArray();
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
