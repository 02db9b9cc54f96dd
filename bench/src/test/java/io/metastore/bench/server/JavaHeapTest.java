package io.metastore.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JavaHeapTest {

  @Test
  void allGenerationsAreAdded() {
    assertThat(
            JavaHeap.parseUsedBytes(
                """
                4711:
                 def new generation   total 27328K, used 1000K [0x00000000e0000000, 0x00000000e2000000, 0x00000000e2000000)
                  eden space 21888K,   4% used [0x00000000e0000000, 0x00000000e00fa0f0, 0x00000000e1560000)
                 tenured generation   total 40960K, used 24K [0x00000000e2000000, 0x00000000e4800000, 0x0000000100000000)
                   the space 40960K,   0% used [0x00000000e2000000, 0x00000000e2006010, 0x00000000e2006200, 0x00000000e4800000)
                 Metaspace       used 41504K, committed 41984K, reserved 1114112K
                  class space    used 4822K, committed 5056K, reserved 1048576K
                """))
        .hasValue(1024 * 1024);
  }

  @Test
  void processThatIsNotAJvmHasNoHeapAndIsNotSignalled() throws Exception {
    Process other = new ProcessBuilder("sleep", "600").start();
    try {
      assertThat(JavaHeap.liveBytes(other.pid())).isEmpty();
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroy();
    }
  }
}
