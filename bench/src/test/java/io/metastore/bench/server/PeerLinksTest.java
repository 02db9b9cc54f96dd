package io.metastore.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class PeerLinksTest {
  /** This process acts as member 0, which connects; there is no process for the other member. */
  private static final List<Long> PIDS = List.of(ProcessHandle.current().pid(), 0L);

  private static final int SILENCE_MS = 200;
  private static final int PATIENCE_MS = 30_000;

  @Test
  void bytesAreHeldInOneDirectionAndArriveWhenReleased() throws IOException {
    try (ServerSocket target = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        PeerLinks links =
            new PeerLinks(List.of(target.getLocalPort(), target.getLocalPort()), () -> PIDS);
        Socket sender = new Socket(InetAddress.getLoopbackAddress(), links.port(1));
        Socket receiver = target.accept()) {
      sender.setSoTimeout(PATIENCE_MS);
      receiver.setSoTimeout(PATIENCE_MS);
      sender.getOutputStream().write(1);
      assertThat(receiver.getInputStream().read()).isEqualTo(1);

      links.holdTo(1);
      sender.getOutputStream().write(2);
      receiver.getOutputStream().write(3);
      assertThat(sender.getInputStream().read()).as("the other way is open").isEqualTo(3);
      receiver.setSoTimeout(SILENCE_MS);
      assertThatThrownBy(() -> receiver.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      links.release();
      receiver.setSoTimeout(PATIENCE_MS);
      assertThat(receiver.getInputStream().read()).isEqualTo(2);
    }
  }

  @Test
  void bytesHeldBackCanBeLostWithTheirConnection() throws IOException {
    try (ServerSocket target = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        PeerLinks links =
            new PeerLinks(List.of(target.getLocalPort(), target.getLocalPort()), () -> PIDS);
        Socket sender = new Socket(InetAddress.getLoopbackAddress(), links.port(1));
        Socket receiver = target.accept()) {
      sender.setSoTimeout(PATIENCE_MS);
      receiver.setSoTimeout(SILENCE_MS);
      links.holdTo(1);
      sender.getOutputStream().write(1);
      assertThatThrownBy(() -> receiver.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      links.releaseAndLose();
      receiver.setSoTimeout(PATIENCE_MS);
      assertThat(receiver.getInputStream().read()).as("end of the connection").isEqualTo(-1);
      assertThat(sender.getInputStream().read()).as("end of the connection").isEqualTo(-1);
    }
  }

  @Test
  void lostPacketsArriveLate() throws IOException {
    try (ServerSocket target = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        PeerLinks links =
            new PeerLinks(List.of(target.getLocalPort(), target.getLocalPort()), () -> PIDS);
        Socket sender = new Socket(InetAddress.getLoopbackAddress(), links.port(1));
        Socket receiver = target.accept()) {
      links.lose(1, 1, new Random(1));
      sender.getOutputStream().write(1);
      receiver.setSoTimeout(SILENCE_MS);
      assertThatThrownBy(() -> receiver.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      receiver.setSoTimeout(PATIENCE_MS);
      assertThat(receiver.getInputStream().read()).as("sent again in the end").isEqualTo(1);
    }
  }
}
