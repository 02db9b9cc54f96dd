package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.core.raft.RaftLogRepair.Repair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftLogRepairTest {
  private static final byte[][] VALUES = {value("first"), value("second"), value("third")};
  private static final List<Integer> BOUNDS = Segments.bounds(7, VALUES);

  @TempDir private Path storage = Path.of("");
  private Path current = Path.of("");
  private byte[] segment = {};

  @BeforeEach
  void writeSegment() throws IOException {
    current = Files.createDirectories(storage.resolve("current"));
    Files.createFile(current.resolve("raft-meta"));
    segment = Segments.open(storage, 7, VALUES);
  }

  @Test
  void withoutALogThereIsNothingToRepair() throws IOException {
    assertThat(repair()).isEqualTo(new Repair(null, 0, 0, -1, 0));
    assertThat(RaftLogRepair.repair(current.resolve("absent"), -1, false).segment()).isNull();
  }

  @Test
  void stateWithoutARaftDirectoryStopsTheStart() {
    Path absent = storage.resolve("absent");
    assertThatThrownBy(() -> RaftLogRepair.repair(absent, 0, false))
        .isInstanceOf(IOException.class)
        .hasMessage("raft directory is missing directory=%s stateIndex=0", absent);
  }

  @Test
  void intactLogIsNotChanged() throws IOException {
    Path file = Files.write(current.resolve("log_inprogress_7"), segment);
    Repair done = repair();
    assertThat(done).isEqualTo(new Repair(file, BOUNDS.get(3), 0, 9, 0));
    assertThat(done.changed()).isFalse();
    assertThat(Files.readAllBytes(file)).isEqualTo(segment);
  }

  @Test
  void tornLastEntryIsCutOff() throws IOException {
    byte[] torn = segment.clone();
    int written = BOUNDS.get(2) + 5;
    Arrays.fill(torn, written, torn.length, (byte) 0);
    Path file = Files.write(current.resolve("log_inprogress_7"), torn);
    assertThat(repair()).isEqualTo(new Repair(file, BOUNDS.get(2), 5, 8, 0));
    assertThat(Files.readAllBytes(file)).isEqualTo(Arrays.copyOf(segment, BOUNDS.get(2)));
    assertThat(repair().changed()).isFalse();
  }

  @Test
  void damageStopsTheStartAndChangesNothing() throws IOException {
    byte[] damaged = segment.clone();
    damaged[BOUNDS.get(1) + 4] ^= 1;
    Path file = Files.write(current.resolve("log_inprogress_7"), damaged);
    assertThatThrownBy(this::repair)
        .isInstanceOf(IOException.class)
        .hasMessage("raft log is corrupt file=%s offset=%s lastGoodIndex=7", file, BOUNDS.get(1));
    assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
  }

  @Test
  void onlyTheNewestSegmentIsRead() throws IOException {
    Files.write(current.resolve("log_0-6"), new byte[] {1, 2, 3});
    Path newest = Files.write(current.resolve("log_inprogress_7"), segment);
    assertThat(repair().segment()).isEqualTo(newest);
  }

  @Test
  void finishedSegmentHasNoTornEntry() throws IOException {
    Path file = current.resolve("log_7-9");
    Files.write(file, Arrays.copyOf(segment, BOUNDS.get(3)));
    assertThat(repair().changed()).isFalse();
    Files.write(file, Arrays.copyOf(segment, BOUNDS.get(3) - 1));
    assertThatThrownBy(this::repair).hasMessageContaining("lastGoodIndex=8");
  }

  @Test
  void finishedSegmentMayEndEarlyOnlyWhereRatisTruncatedIt() throws IOException {
    Path file = current.resolve("log_7-9");
    Files.write(file, Arrays.copyOf(segment, BOUNDS.get(2)));
    assertThat(repair().validBytes()).isEqualTo((long) BOUNDS.get(2));
    byte[] wiped = Arrays.copyOf(segment, BOUNDS.get(3));
    Arrays.fill(wiped, BOUNDS.get(2), wiped.length, (byte) 0);
    Files.write(file, wiped);
    assertThatThrownBy(this::repair).hasMessageContaining("lastGoodIndex=8");
  }

  @Test
  void interruptedPurgeIsCompleted() throws IOException {
    Files.write(current.resolve("log_0-1"), new byte[] {1});
    Files.write(current.resolve("log_2-3"), new byte[] {1});
    Path newest = Files.write(current.resolve("log_inprogress_7"), segment);
    assertThat(repair()).isEqualTo(new Repair(newest, BOUNDS.get(3), 0, 9, 2));
    assertThat(current.resolve("log_0-1")).doesNotExist();
    assertThat(current.resolve("log_2-3")).doesNotExist();
    assertThat(repair().changed()).isFalse();
  }

  @Test
  void gapThatTheStateDoesNotFillStopsTheStartAndChangesNothing() throws IOException {
    Path older = Files.write(current.resolve("log_0-3"), new byte[] {1});
    Path newest = Files.write(current.resolve("log_inprogress_7"), segment);
    assertThatThrownBy(() -> RaftLogRepair.repair(current, 5, false))
        .hasMessage("raft log entries are missing file=%s firstIndex=7 stateIndex=5", newest);
    assertThat(older).exists();
  }

  private Repair repair() throws IOException {
    return RaftLogRepair.repair(current, 6, false);
  }

  private static byte[] value(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
