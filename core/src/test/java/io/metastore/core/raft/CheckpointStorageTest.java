package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStorageTest {
  @TempDir private Path data = Path.of("");
  private Path directory = Path.of("");

  @BeforeEach
  void nameDirectory() {
    directory = data.resolve("ckpt");
  }

  @Test
  void emptyStorageHasNoCheckpoint() throws IOException {
    CheckpointStorage storage = open();
    assertThat(storage.getLatestSnapshot()).isNull();
    assertThat(storage.findNewest()).isNull();
    assertThat(storage.newestIndex()).isEqualTo(-1);
  }

  @Test
  void newestCheckpointIsTheOneWithTheHighestIndexNotTheLastName() throws IOException {
    CheckpointStorage storage = open();
    create(storage, TermIndex.valueOf(2, 9), path -> write(path, "nine"));
    create(storage, TermIndex.valueOf(2, 10), path -> write(path, "ten"));

    assertThat(storage.findNewest()).isEqualTo(directory.resolve("2_10"));
    assertThat(storage.newestIndex()).isEqualTo(10);
    SnapshotInfo latest = storage.getLatestSnapshot();
    assertThat(latest).isNotNull();
    assertThat(latest.getTermIndex()).isEqualTo(TermIndex.valueOf(2, 10));
    assertThat(latest.getFiles())
        .extracting(FileInfo::getPath)
        .containsExactly(directory.resolve("2_10/CURRENT"), directory.resolve("2_10/data.sst"));
    assertThat(open().findNewest()).isEqualTo(directory.resolve("2_10"));
  }

  @Test
  void checkpointThatFailedHalfWayLeavesNoTrace() throws IOException {
    CheckpointStorage storage = open();
    create(storage, TermIndex.valueOf(1, 5), path -> write(path, "five"));
    assertThatThrownBy(
            () ->
                create(
                    storage,
                    TermIndex.valueOf(1, 6),
                    path -> {
                      write(path, "half");
                      throw new IllegalStateException("disk full");
                    }))
        .hasMessage("disk full");

    assertThat(storage.findNewest()).isEqualTo(directory.resolve("1_5"));
    open();
    assertThat(names(directory)).containsExactly("1_5");
  }

  @Test
  void checkpointOfTheSamePositionIsKeptOnce() throws IOException {
    CheckpointStorage storage = open();
    create(storage, TermIndex.valueOf(1, 5), path -> write(path, "first"));
    create(storage, TermIndex.valueOf(1, 5), path -> write(path, "second"));
    assertThat(directory.resolve("1_5/data.sst")).hasContent("first");
  }

  @Test
  void twoNewestCheckpointsAreKept() throws IOException {
    CheckpointStorage storage = open();
    for (int index = 8; index <= 11; index++) {
      create(storage, TermIndex.valueOf(1, index), path -> write(path, "x"));
    }
    storage.deleteOld();
    assertThat(names(directory)).containsExactlyInAnyOrder("1_10", "1_11");
  }

  @Test
  void transferThatBrokeOffIsNeverACheckpoint() throws IOException {
    create(open(), TermIndex.valueOf(1, 5), path -> write(path, "own"));
    receive(data.resolve("ckpt-tmp/snapshot-x/1_70"), "half");

    CheckpointStorage storage = open();

    assertThat(storage.findNewest()).isEqualTo(directory.resolve("1_5"));
    assertThat(names(data.resolve("ckpt-tmp"))).isEmpty();
  }

  @Test
  void transferThatBrokeOffIsDeletedWhenTheNextOneArrives() throws IOException {
    CheckpointStorage storage = open();
    receive(data.resolve("ckpt-tmp/snapshot-x/1_70"), "half");
    receive(data.resolve("ckpt-tmp/snapshot-y/1_80"), "half");
    Files.setLastModifiedTime(data.resolve("ckpt-tmp/snapshot-x"), FileTime.fromMillis(1));

    storage.receiving();

    assertThat(names(data.resolve("ckpt-tmp"))).containsExactly("snapshot-y");
  }

  @Test
  void receivedCheckpointIsAdoptedWithoutItsDigests() throws IOException {
    CheckpointStorage storage = open();
    receive(directory.resolve("1_70"), "received");

    assertThat(storage.adoptReceived()).isEqualTo(directory.resolve("1_70"));

    assertThat(names(directory.resolve("1_70"))).containsExactlyInAnyOrder("CURRENT", "data.sst");
    SnapshotInfo latest = storage.getLatestSnapshot();
    assertThat(latest).isNotNull();
    assertThat(latest.getIndex()).isEqualTo(70);
    assertThat(latest.getFiles()).hasSize(2);
  }

  @Test
  void receivedCheckpointIsAdoptedWhenRatisAsksForItBeforeItDeletesTheLog() throws IOException {
    CheckpointStorage storage = open();
    create(storage, TermIndex.valueOf(1, 5), path -> write(path, "own"));
    storage.receiving();
    SnapshotInfo before = storage.getLatestSnapshot();
    assertThat(before).isNotNull();
    assertThat(before.getIndex()).isEqualTo(5);

    receive(directory.resolve("1_70"), "received");

    SnapshotInfo after = storage.getLatestSnapshot();
    assertThat(after).isNotNull();
    assertThat(after.getIndex()).isEqualTo(70);
    assertThat(names(directory.resolve("1_70"))).containsExactlyInAnyOrder("CURRENT", "data.sst");
  }

  @Test
  void receivedCheckpointThatWasNotAdoptedIsComparedWithItsDigestsAtStart() throws IOException {
    receive(directory.resolve("1_70"), "received");
    assertThat(open().findNewest()).isEqualTo(directory.resolve("1_70"));
    assertThat(names(directory.resolve("1_70"))).containsExactlyInAnyOrder("CURRENT", "data.sst");

    receive(directory.resolve("1_80"), "received");
    Files.writeString(directory.resolve("1_80/data.sst"), "");
    assertThatThrownBy(this::open).hasMessageContaining("data.sst did not match stored MD5");
  }

  @Test
  void filesWhoseDigestsWereAlreadyTakenAwayCountAsDurable() throws IOException {
    receive(directory.resolve("1_70"), "received");
    Files.delete(directory.resolve("1_70/data.sst.md5"));
    assertThat(open().findNewest()).isEqualTo(directory.resolve("1_70"));
  }

  @Test
  void crashBetweenRatisRenamesIsUndone() throws IOException {
    create(open(), TermIndex.valueOf(1, 5), path -> write(path, "own"));
    Files.move(directory, data.resolve("ckpt.tmp20261123-051500"));
    receive(data.resolve("ckpt-tmp/snapshot-x/1_70"), "received");

    assertThat(open().findNewest()).isEqualTo(directory.resolve("1_5"));
  }

  @Test
  void directoryThatRatisReplacedIsDeletedAtStart() throws IOException {
    write(data.resolve("ckpt.tmp20261123-051500/1_5"), "former");
    receive(directory.resolve("1_70"), "received");

    assertThat(open().findNewest()).isEqualTo(directory.resolve("1_70"));
    assertThat(names(data)).containsExactlyInAnyOrder("ckpt", "ckpt-own", "ckpt-tmp");
  }

  @Test
  void writtenCheckpointIsUnknownUntilItIsPublished() throws IOException {
    CheckpointStorage storage = open();
    storage.write(path -> at(write(path, "five"), 5));
    assertThat(storage.newestIndex()).isEqualTo(-1);
    storage.publish();
    assertThat(storage.newestIndex()).isEqualTo(5);
  }

  @Test
  void checkpointThatIsOlderThanAReceivedOneIsDropped() throws IOException {
    CheckpointStorage storage = open();
    storage.write(path -> at(write(path, "five"), 5));
    receive(directory.resolve("1_70"), "received");
    storage.adoptReceived();

    storage.publish();

    assertThat(names(directory)).containsExactly("1_70");
    assertThat(names(data.resolve("ckpt-own"))).isEmpty();
  }

  @Test
  void unusableCopyIsNoCheckpoint() throws IOException {
    CheckpointStorage storage = open();
    assertThat(storage.write(path -> unusable(write(path, "half")))).isFalse();
    storage.publish();
    assertThat(storage.findNewest()).isNull();
    create(storage, TermIndex.valueOf(1, 5), path -> write(path, "five"));
    assertThat(directory.resolve("1_5/data.sst")).hasContent("five");
  }

  private static void create(CheckpointStorage storage, TermIndex position, Consumer<Path> writer)
      throws IOException {
    storage.write(
        path -> {
          writer.accept(path);
          return position;
        });
    storage.publish();
  }

  private static TermIndex at(Path written, long index) {
    assertThat(written).exists();
    return TermIndex.valueOf(1, index);
  }

  private static @Nullable TermIndex unusable(Path written) {
    assertThat(written).exists();
    return null;
  }

  private CheckpointStorage open() throws IOException {
    CheckpointStorage storage = new CheckpointStorage(directory, index -> false);
    storage.open();
    return storage;
  }

  private static Path write(Path path, String content) {
    try {
      Files.createDirectories(path);
      Files.writeString(path.resolve("data.sst"), content);
      Files.writeString(path.resolve("CURRENT"), "data.sst");
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void receive(Path path, String content) throws IOException {
    write(path, content);
    for (String name : List.of("data.sst", "CURRENT")) {
      MD5FileUtil.computeAndSaveMd5ForFile(path.resolve(name).toFile());
    }
  }

  private static List<String> names(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
