package io.metastore.bench.faults.testbed;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A small disk of one member: an ext4 file system in a file, mounted through a loop device. It can
 * be filled, and it can lose everything that was not synced, as in a power failure. Needs root.
 */
final class Disk {
  private static final long SIZE_BYTES = 384L << 20;

  /** {@code FS_IOC_SHUTDOWN} with the flag that the journal is not written. */
  private static final String POWER_OFF =
      "open(my $d, '<', $ARGV[0]) or die $!; my $f = pack('I', 2); ioctl($d, 0x8004587D, $f) or die $!";

  private static final int CHUNK_BYTES = 1 << 20;

  private final Path image;
  private final Path mountPoint;

  private Disk(Path image, Path mountPoint) {
    this.image = image;
    this.mountPoint = mountPoint;
  }

  /**
   * Creates an empty disk.
   *
   * @throws IllegalStateException if this user may not mount it
   */
  static Disk create(Path mountPoint) {
    Path image = mountPoint.resolveSibling(mountPoint.getFileName() + ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE_BYTES);
      Files.createDirectories(mountPoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Disk disk = new Disk(image, mountPoint);
    run("mkfs.ext4", "-q", "-F", image.toString());
    disk.mount();
    return disk;
  }

  /** From now on nothing reaches the disk; what was not synced is lost. */
  void powerOff() {
    run("perl", "-e", POWER_OFF, mountPoint.toString());
  }

  /** Makes the disk usable again after {@link #powerOff}; no process may use it meanwhile. */
  void powerOn() {
    unmount();
    mount();
  }

  /** Takes all free space. */
  void fill() {
    byte[] chunk = new byte[CHUNK_BYTES];
    Arrays.fill(chunk, (byte) 1);
    int bytes = chunk.length;
    try (RandomAccessFile file = new RandomAccessFile(ballast().toFile(), "rw")) {
      file.seek(file.length());
      while (bytes > 0) {
        try {
          file.write(chunk, 0, bytes);
        } catch (IOException full) {
          bytes /= 2;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the space back that {@link #fill} took. */
  void free() {
    try {
      Files.deleteIfExists(ballast());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("sync", "-f", mountPoint.toString()); // a power failure must not bring the ballast back
  }

  void unmount() {
    run("umount", mountPoint.toString());
  }

  private void mount() {
    run("mount", "-o", "loop", image.toString(), mountPoint.toString());
  }

  private Path ballast() {
    return mountPoint.resolve("ballast");
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command[0] + " failed: " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(command[0] + " was interrupted", e);
    }
  }
}
