package io.metastore.bench.faults.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFilesTest {
  @TempDir Path directory;

  @Test
  void firstEntryIsThatOfTheOldestSegment() throws IOException {
    assertThat(LogFiles.first(directory)).isEmpty();
    Path open = Files.createFile(directory.resolve("log_inprogress_120"));
    Files.createFile(directory.resolve("log_98-119"));
    Files.createFile(directory.resolve("raft-meta.conf"));

    assertThat(LogFiles.first(directory)).hasValue(98);
    assertThat(LogFiles.open(directory)).containsExactly(open);
  }
}
