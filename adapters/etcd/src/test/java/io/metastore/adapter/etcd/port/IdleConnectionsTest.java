package io.metastore.adapter.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class IdleConnectionsTest {
  private static final int WANTED = 10_000;

  /** File descriptors that this process needs in addition to the connections. */
  private static final int RESERVED = 1_000;

  /** The clients are in a separate process, because the limit on open files is per process. */
  @Test
  void thousandsOfSilentConnectionsDoNotBlockOthers() throws Exception {
    int count = Math.toIntExact(Math.min(WANTED, openFilesMax() - RESERVED));
    if (count < WANTED) {
      System.err.printf("limit on open files: only %d idle connections, not %d%n", count, WANTED);
    }
    try (PortFixture fixture = PortFixture.open()) {
      Process clients = idleClients(fixture.address().getPort(), count);
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(clients.getInputStream(), StandardCharsets.UTF_8))) {
        assertThat(said.readLine()).isEqualTo("connected " + count);
        while (fixture.port.connections() < count) {
          Thread.onSpinWait();
        }
        assertThat(PortFixture.echo(fixture.channel(), EchoService.message(3)))
            .isEqualTo(EchoService.message(3));
        assertThat(fixture.http("GET", "/version").statusCode()).isEqualTo(200);
      } finally {
        clients.destroyForcibly().waitFor();
      }
      // Our own two connections may stay; the server must forget the ten thousand.
      while (fixture.port.connections() > 2) {
        Thread.onSpinWait();
      }
    }
  }

  private static long openFilesMax() {
    return ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
        .getMaxFileDescriptorCount();
  }

  private static Process idleClients(int port, int count) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-cp",
            Path.of(IdleClients.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString(),
            IdleClients.class.getName(),
            Integer.toString(port),
            Integer.toString(count))
        .redirectError(Redirect.INHERIT)
        .start();
  }
}
