package org.apache.ratis.server.raftlog.segmented;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BufferedWriteChannelTest {
  @TempDir Path directory;
  private Path file = Path.of("");
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(8);
  private final List<Long> allocations = new ArrayList<>();

  @BeforeEach
  void createFile() {
    file = directory.resolve("log");
  }

  @Test
  void writesGoToTheFileInOrder() throws IOException {
    try (BufferedWriteChannel channel = BufferedWriteChannel.open(file.toFile(), false, buffer)) {
      channel.writeToChannel(bytes("head"));
      for (String text : List.of("abc", "defgh", "ij", "klmnopqr")) {
        channel.writeToBuffer(text.length(), out -> out.put(text.getBytes(UTF_8)));
      }
      channel.flush();

      assertThat(channel.writeBufferPosition()).isZero();
    }
    assertThat(file).hasContent("headabcdefghijklmnopqr");
  }

  @Test
  void preallocatesOnlyMissingSpaceAndTruncatesUnusedSpace() throws IOException {
    try (BufferedWriteChannel channel = BufferedWriteChannel.open(file.toFile(), false, buffer)) {
      for (int i = 0; i < 6; i++) {
        allocate(channel, 4);
        channel.writeToBuffer(4, out -> out.put("word".getBytes(UTF_8)));
        channel.flush();
      }

      assertThat(Files.size(file)).isEqualTo(30);
    }
    assertThat(allocations).containsExactly(4L, 4L, 4L);
    assertThat(file).hasContent("word".repeat(6));
  }

  @Test
  void largeEntryGrowsTheFileItself() throws IOException {
    int large = 32 << 10;
    ByteBuffer roomy = ByteBuffer.allocateDirect(large);
    try (BufferedWriteChannel channel = BufferedWriteChannel.open(file.toFile(), false, roomy)) {
      allocate(channel, large);
      channel.writeToBuffer(large, out -> out.put(new byte[large]));
      channel.flush();
      allocate(channel, 4);
    }
    assertThat(allocations).containsExactly(4L);
    assertThat(file).hasSize(large);
  }

  @Test
  void appendsToAnExistingFile() throws IOException {
    Files.writeString(file, "old");

    try (BufferedWriteChannel channel = BufferedWriteChannel.open(file.toFile(), true, buffer)) {
      channel.writeToBuffer(3, out -> out.put("new".getBytes(UTF_8)));
      channel.flush();
    }

    assertThat(file).hasContent("oldnew");
  }

  @Test
  void openingWithoutAppendTruncatesTheFile() throws IOException {
    Files.writeString(file, "old");

    BufferedWriteChannel.open(file.toFile(), false, buffer).close();

    assertThat(file).isEmptyFile();
  }

  /** Preallocates as Ratis does: zeros after the last write, here for two more words. */
  private void allocate(BufferedWriteChannel channel, int bytes) throws IOException {
    channel.preallocateIfNecessary(
        bytes,
        (opened, outstanding) -> {
          allocations.add(outstanding);
          long start = opened.size();
          opened.write(ByteBuffer.allocate(10), start);
          return 10L;
        });
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}
