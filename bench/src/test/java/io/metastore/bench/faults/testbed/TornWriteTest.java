package io.metastore.bench.faults.testbed;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TornWriteTest {
  /** The header and two entries of 5 bytes with their lengths and checksums, then space. */
  private static final byte[] SEGMENT =
      Arrays.copyOf("RaftLog1\u0005aaaaacccc\u0005bbbbbdddd".getBytes(US_ASCII), 64);

  private static final int END = 28;

  @TempDir Path directory;

  @Test
  void firstPartOfTheLastEntryFollowsIt() throws IOException {
    Path file = Files.write(directory.resolve("log_inprogress_3"), SEGMENT);

    assertThat(TornWrite.append(directory, new Random(1))).isTrue();

    byte[] torn = Files.readAllBytes(file);
    assertThat(torn).hasSize(SEGMENT.length).startsWith(Arrays.copyOf(SEGMENT, END));
    assertThat(torn[END]).isEqualTo((byte) 5);
    assertThat(torn[END + 9]).as("the last byte of the entry").isZero();
  }

  @Test
  void logWithoutEntriesIsLeftAlone() throws IOException {
    Files.write(directory.resolve("log_inprogress_3"), Arrays.copyOf(SEGMENT, 8));

    assertThat(TornWrite.append(directory, new Random(1))).isFalse();
  }
}
