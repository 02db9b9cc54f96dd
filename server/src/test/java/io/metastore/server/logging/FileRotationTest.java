package io.metastore.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.metastore.server.config.LogConfig.Rotation;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRotationTest {
  private static final Instant NOW = Instant.parse("2026-11-29T13:24:22.280Z");

  @TempDir Path directory;

  private final LoggerContext context = new LoggerContext();

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void aFullFileIsRenamedWithTheTimeInItsName() throws Exception {
    FileRotation rotation = start(new Rotation(1, 0, 0, false, false));
    Path file = Files.write(log(), new byte[1 << 20]);
    assertThat(rotation.isTriggeringEvent(file.toFile(), new LoggingEvent())).isTrue();
    rotation.rollover();
    awaitFiles("etcd-2026-11-29T13-24-22.280.log");
    Files.writeString(file, "short");
    assertThat(rotation.isTriggeringEvent(file.toFile(), new LoggingEvent())).isFalse();
  }

  @Test
  void rotatedFilesAreCompressed() throws Exception {
    Files.writeString(log(), "lines");
    start(new Rotation(1, 0, 0, false, true)).rollover();
    awaitFiles("etcd-2026-11-29T13-24-22.280.log.gz");
    Path compressed = directory.resolve("etcd-2026-11-29T13-24-22.280.log.gz");
    try (InputStream stream = new GZIPInputStream(Files.newInputStream(compressed))) {
      assertThat(stream.readAllBytes()).asString().isEqualTo("lines");
    }
  }

  @Test
  void excessAndOldFilesAreDeletedAndOtherFilesKept() throws Exception {
    Files.writeString(log(), "lines");
    for (String name :
        List.of(
            "etcd-2026-11-29T10-00-00.000.log",
            "etcd-2026-11-29T09-00-00.000.log.gz",
            "etcd-2026-11-20T09-00-00.000.log",
            "etcd-notes.log",
            "other-2026-11-20T09-00-00.000.log")) {
      Files.createFile(directory.resolve(name));
    }
    start(new Rotation(1, 0, 2, false, false)).rollover();
    awaitFiles(
        "etcd-2026-11-29T13-24-22.280.log",
        "etcd-2026-11-29T10-00-00.000.log",
        "etcd-notes.log",
        "other-2026-11-20T09-00-00.000.log");
  }

  @Test
  void filesOlderThanTheMaximumAgeAreDeletedAtStart() throws Exception {
    Files.createFile(directory.resolve("etcd-2026-11-28T14-00-00.000.log"));
    Files.createFile(directory.resolve("etcd-2026-11-28T13-00-00.000.log"));
    start(new Rotation(1, 1, 0, false, false));
    awaitFiles("etcd-2026-11-28T14-00-00.000.log");
  }

  private FileRotation start(Rotation rotation) {
    FileRotation started = new FileRotation(log(), rotation, Clock.fixed(NOW, ZoneOffset.UTC));
    started.setContext(context);
    started.start();
    return started;
  }

  private Path log() {
    return directory.resolve("etcd.log");
  }

  /** Files are compressed and deleted in the background. */
  private void awaitFiles(String... names) throws Exception {
    while (true) {
      try (var files = Files.list(directory)) {
        List<String> found = files.map(file -> file.getFileName().toString()).toList();
        if (List.of(names).containsAll(found) && found.containsAll(List.of(names))) {
          return;
        }
      }
      Thread.onSpinWait();
    }
  }
}
