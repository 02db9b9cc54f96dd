package io.metastore.adapter.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

final class CallerAddressTest {
  @Test
  void portsOfOneHostAreOneAddress() throws Exception {
    assertThat(text("192.0.2.1", 1000)).isEqualTo(text("192.0.2.1", 2000));
    assertThat(text("192.0.2.1", 1000)).isNotEqualTo(text("192.0.2.2", 1000));
  }

  @Test
  void hostsOfOneIpv6NetworkAreOneAddress() throws Exception {
    assertThat(text("2001:db8:0:1::1", 1)).isEqualTo(text("2001:db8:0:1:ffff::2", 1));
    assertThat(text("2001:db8:0:1::1", 1)).isNotEqualTo(text("2001:db8:0:2::1", 1));
  }

  @Test
  void unixSocketsAndClosedConnectionsHaveNoAddress() {
    assertThat(CallerAddress.text(UnixDomainSocketAddress.of("socket"))).isEmpty();
    assertThat(CallerAddress.text(null)).isEmpty();
  }

  private static String text(String ip, int port) throws UnknownHostException {
    return CallerAddress.text(new InetSocketAddress(InetAddress.getByName(ip), port));
  }
}
