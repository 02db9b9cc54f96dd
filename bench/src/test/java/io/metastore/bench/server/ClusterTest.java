package io.metastore.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
  @TempDir Path directory = Path.of("");

  @Test
  void serverThatEndsAtOnceIsReportedWithItsLogAndCleanedUp() throws IOException {
    ServerCommand broken =
        new ServerCommand("broken", List.of("sh", "-c", "echo cannot do \"$0\"; exit 3", "this"));

    assertThatIllegalStateException()
        .isThrownBy(() -> Cluster.start(broken, 1, directory))
        .withMessageContaining("cannot do this");

    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void stoppingAServerEndsItsChildrenToo() throws IOException {
    Path log = directory.resolve("log");
    // The launcher starts a child process instead of replacing itself, and the child starts another
    // one.
    ServerProcess launcher =
        ServerProcess.start(List.of("sh", "-c", "sh -c 'sleep 600; true'; true"), log);
    ProcessHandle handle = ProcessHandle.of(launcher.pid()).orElseThrow();
    while (handle.descendants().count() < 2) {
      Thread.onSpinWait();
    }
    List<ProcessHandle> family = handle.descendants().toList();

    launcher.stop();

    assertThat(handle.isAlive()).isFalse();
    assertThat(family).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void freePortsAreDifferent() {
    List<Integer> ports = Ports.free(6);
    assertThat(new HashSet<>(ports)).hasSize(6).allMatch(port -> port > 0);
  }
}
