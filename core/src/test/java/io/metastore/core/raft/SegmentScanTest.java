package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.raft.SegmentScan.Ending;
import io.metastore.core.raft.SegmentScan.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentScanTest {
  private static final long FIRST = 40;
  private static final byte[][] VALUES = {random(10, 1), random(300, 2), random(1500, 3)};
  private static final List<Integer> BOUNDS = Segments.bounds(FIRST, VALUES);
  private static final int LAST_START = BOUNDS.get(2);
  private static final int END = BOUNDS.get(3);

  private byte[] segment = {};

  @BeforeEach
  void write(@TempDir Path directory) throws IOException {
    segment = Segments.open(directory, FIRST, VALUES);
  }

  @Test
  void wholeEntriesBeforePreallocatedSpaceAreClean() {
    assertThat(segment.length).isGreaterThan(END);
    assertThat(SegmentScan.scan(segment, FIRST)).isEqualTo(new Result(Ending.CLEAN, END, 42, 0));
  }

  @Test
  void wholeEntriesUpToTheEndOfTheFileAreClean() {
    assertThat(SegmentScan.scan(Arrays.copyOf(segment, END), FIRST))
        .isEqualTo(new Result(Ending.CLEAN, END, 42, 0));
  }

  @Test
  void fileThatEndsAnywhereInTheLastEntryIsTornThere() {
    for (int length = LAST_START + 1; length < END; length++) {
      Result found = SegmentScan.scan(Arrays.copyOf(segment, length), FIRST);
      assertThat(found.ending()).as("length %s", length).isEqualTo(Ending.TORN);
      assertThat(found.validBytes()).isEqualTo(LAST_START);
      assertThat(found.lastIndex()).isEqualTo(41);
    }
  }

  @Test
  void writeThatStoppedAnywhereInTheLastEntryIsTornThere() {
    for (int stop = LAST_START + 1; stop < END; stop++) {
      byte[] torn = segment.clone();
      Arrays.fill(torn, stop, torn.length, (byte) 0);
      Result found = SegmentScan.scan(torn, FIRST);
      // If the checksum itself ends in zeros, nothing was lost.
      Ending expected = Arrays.equals(torn, segment) ? Ending.CLEAN : Ending.TORN;
      assertThat(found.ending()).as("stopped at %s", stop).isEqualTo(expected);
    }
  }

  @Test
  void sectorOfTheLastEntryThatNeverReachedTheDiskIsTorn() {
    int first = (LAST_START / 512 + 1) * 512;
    for (int sector = first; sector < END; sector += 512) {
      byte[] torn = segment.clone();
      Arrays.fill(torn, sector, Math.min(sector + 512, END), (byte) 0);
      assertThat(SegmentScan.scan(torn, FIRST).ending())
          .as("sector at %s", sector)
          .isEqualTo(Ending.TORN);
    }
    byte[] torn = segment.clone();
    Arrays.fill(torn, LAST_START, first, (byte) 0);
    assertThat(SegmentScan.scan(torn, FIRST))
        .isEqualTo(new Result(Ending.TORN, LAST_START, 41, END - LAST_START));
  }

  @Test
  void flippedBitInTheLastEntryIsNotTorn() {
    for (int position = LAST_START + 2; position < END; position++) {
      byte[] flipped = segment.clone();
      flipped[position] ^= (byte) (1 << (position % 8));
      assertThat(SegmentScan.scan(flipped, FIRST))
          .as("position %s", position)
          .isEqualTo(new Result(Ending.CORRUPT, LAST_START, 41, END - LAST_START));
    }
  }

  @Test
  void anyDamageBeforeAnotherWholeEntryIsCorrupt() {
    int start = BOUNDS.get(1);
    for (int position = start; position < LAST_START; position++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = segment.clone();
        flipped[position] ^= (byte) (1 << bit);
        Result found = SegmentScan.scan(flipped, FIRST);
        assertThat(found.ending()).as("%s.%s", position, bit).isEqualTo(Ending.CORRUPT);
        assertThat(found.validBytes()).isEqualTo(start);
      }
    }
  }

  @Test
  void entryOverwrittenWithZerosBeforeAnotherWholeEntryIsCorrupt() {
    byte[] wiped = segment.clone();
    Arrays.fill(wiped, BOUNDS.get(1), LAST_START, (byte) 0);
    assertThat(SegmentScan.scan(wiped, FIRST).ending()).isEqualTo(Ending.CORRUPT);
  }

  @Test
  void lengthThatPointsBehindTheFileBeforeAnotherWholeEntryIsCorrupt() {
    byte[] wrong = Arrays.copyOf(segment, END);
    wrong[BOUNDS.get(1) + 1] = 0x7f;
    assertThat(SegmentScan.scan(wrong, FIRST).ending()).isEqualTo(Ending.CORRUPT);
  }

  @Test
  void entryOfAnotherIndexIsCorrupt() {
    assertThat(SegmentScan.scan(segment, FIRST + 1))
        .isEqualTo(new Result(Ending.CORRUPT, 8, FIRST, END - 8));
  }

  @Test
  void veryFirstEntryOfTheLogMayBeTorn(@TempDir Path directory) throws IOException {
    byte[] value = random(100, 4);
    byte[] whole = Segments.open(directory, 0, value);
    int end = Segments.bounds(0, value).get(1);
    assertThat(SegmentScan.scan(whole, 0)).isEqualTo(new Result(Ending.CLEAN, end, 0, 0));
    assertThat(SegmentScan.scan(Arrays.copyOf(whole, end - 1), 0))
        .isEqualTo(new Result(Ending.TORN, 8, -1, end - 1 - 8));
  }

  @Test
  void headerAloneOrItsBeginningIsClean() {
    for (int length = 0; length <= 8; length++) {
      byte[] begun = Arrays.copyOf(segment, length);
      assertThat(SegmentScan.scan(begun, FIRST).ending()).isEqualTo(Ending.CLEAN);
      assertThat(SegmentScan.scan(Arrays.copyOf(begun, 4096), FIRST).ending())
          .as("allocated, %s bytes of header", length)
          .isEqualTo(Ending.CLEAN);
    }
  }

  @Test
  void wrongOrMissingHeaderBeforeEntriesIsCorrupt() {
    for (int position = 0; position < 8; position++) {
      byte[] wrong = segment.clone();
      wrong[position] = 0;
      assertThat(SegmentScan.scan(wrong, FIRST))
          .isEqualTo(new Result(Ending.CORRUPT, 0, FIRST - 1, END));
    }
    byte[] wiped = segment.clone();
    Arrays.fill(wiped, 0, 8, (byte) 0);
    assertThat(SegmentScan.scan(wiped, FIRST).ending()).isEqualTo(Ending.CORRUPT);
  }

  /** Fixed seeds: the bytes represent arbitrary values without long runs of zeros. */
  private static byte[] random(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
