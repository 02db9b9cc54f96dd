package io.metastore.bench.faults.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Wall clocks of the members that can jump: a small C library, compiled on the spot and loaded into
 * the members' processes, adds an offset to the system's time. The monotonic clock, by which leases
 * and elections are timed, cannot jump on Linux and is left alone.
 */
final class WallClock {
  /** All members have the real clock. */
  static final WallClock REAL = new WallClock(null);

  private final @Nullable Path directory;

  private WallClock(@Nullable Path directory) {
    this.directory = directory;
  }

  /**
   * Compiles the library into a directory.
   *
   * @throws IllegalStateException if there is no C compiler
   */
  static WallClock prepare(Path directory) {
    Path source = directory.resolve("wallclock.c");
    try (InputStream text =
        Objects.requireNonNull(WallClock.class.getResourceAsStream("wallclock.c"))) {
      Files.copy(text, source);
      Process compiler =
          new ProcessBuilder(
                  "cc", "-O1", "-shared", "-fPIC", "-o", library(directory), source.toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (compiler.waitFor() != 0) {
        throw new IllegalStateException("cannot compile wallclock.c: " + output);
      }
    } catch (IOException e) {
      throw new IllegalStateException("clock jumps need a C compiler: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return new WallClock(directory);
  }

  /** The beginning of the command that starts a member. */
  List<String> prefix(int member) {
    if (directory == null) {
      return List.of();
    }
    set(member, 0);
    return List.of(
        "env", "LD_PRELOAD=" + library(directory), "WALLCLOCK_OFFSET=" + offset(directory, member));
  }

  void set(int member, long offsetSeconds) {
    if (directory == null) {
      throw new IllegalStateException("the members have the real clock");
    }
    try (RandomAccessFile file = new RandomAccessFile(offset(directory, member).toFile(), "rw")) {
      file.writeLong(Long.reverseBytes(offsetSeconds)); // the processes have mapped it
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String library(Path directory) {
    return directory.resolve("wallclock.so").toString();
  }

  private static Path offset(Path directory, int member) {
    return directory.resolve("clock-" + (member + 1));
  }
}
