package io.metastore.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ProcFileTest {

  @Test
  void cpuTimeIsUserPlusSystemEvenIfTheCommandHasBlanksAndParentheses() throws IOException {
    assertThat(ProcFile.parseCpuSeconds(recorded("stat.txt"))).isEqualTo(18.0, within(1e-9));
  }

  @Test
  void peakMemoryIsTheHighWaterMarkInBytes() throws IOException {
    assertThat(ProcFile.parseBytes(recorded("status.txt"), "VmHWM:")).isEqualTo(252_844L * 1024);
  }

  @Test
  void anEndedProcessHasNoMemory() throws IOException {
    assertThat(ProcFile.parseBytes(recorded("status-zombie.txt"), "VmHWM:")).isZero();
  }

  @Test
  void busyTimeExcludesIdleAndWaitingTime() throws IOException {
    assertThat(ProcFile.parseMachineCpuSeconds(recorded("machine.txt")))
        .isEqualTo((100 + 20 + 300 + 6 + 7 + 8) / 100.0, within(1e-9));
  }

  @Test
  void aProcessThatDoesNotExistUsesNothing() {
    long noSuchPid = Long.MAX_VALUE;
    assertThat(ProcFile.cpuSeconds(noSuchPid)).isZero();
    assertThat(ProcFile.peakRssBytes(noSuchPid)).isZero();
  }

  @Test
  void serverThatDoesNotRunCannotBeMeasured() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServerMeter(List.of(Long.MAX_VALUE)))
        .withMessageContaining("no process");
  }

  @Test
  void thisProcessUsesCpuAndMemory() {
    long pid = ProcessHandle.current().pid();
    assertThat(ProcFile.cpuSeconds(pid)).isPositive();
    assertThat(ProcFile.peakRssBytes(pid)).isGreaterThan(1 << 20);
  }

  private static String recorded(String name) throws IOException {
    try (InputStream text = ProcFileTest.class.getResourceAsStream("/proc/" + name)) {
      return new String(Objects.requireNonNull(text, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
