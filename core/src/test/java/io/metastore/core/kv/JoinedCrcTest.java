package io.metastore.core.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class JoinedCrcTest {

  @Test
  void checksumsOfBlocksGiveTheChecksumOfTheWhole() {
    Random random = new Random(1);
    JoinedCrc joined = new JoinedCrc();
    CRC32C whole = new CRC32C();
    for (int size : new int[] {3, 0, 1, 100_000, 17, 4096, 65_537}) {
      byte[] block = new byte[size];
      random.nextBytes(block);
      whole.update(block);
      CRC32C one = new CRC32C();
      one.update(block);
      joined.append((int) one.getValue(), size);
      assertThat(joined.value()).as("after %d bytes", size).isEqualTo((int) whole.getValue());
    }
  }
}
