package io.metastore.core.disk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A small file system in memory, mounted for one test. The test is skipped where mounting is not
 * permitted.
 */
public final class SmallDisk implements AutoCloseable {
  private final Path directory;
  private final Path filler;

  private SmallDisk(Path directory) {
    this.directory = directory;
    this.filler = directory.resolve("filler");
  }

  /** Mounts the file system at {@code directory}, which is created. */
  public static SmallDisk mount(Path directory, int mebibytes) throws IOException {
    Files.createDirectories(directory);
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", directory.toString());
    assumeTrue(mounted, "only root may mount a file system, and not in every container");
    return new SmallDisk(directory);
  }

  /** Fills the file system until at most this much space is left. */
  public void fill(long usableBytes) throws IOException {
    long excess = Files.getFileStore(directory).getUsableSpace() - usableBytes;
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      for (long written = 0; written < excess || usableBytes == 0; written += block.length) {
        out.write(block);
      }
    } catch (IOException e) {
      if (usableBytes > 0 || !FullDisk.isCauseOf(e)) {
        throw e;
      }
    }
  }

  /** Undoes {@link #fill}. */
  public void free() throws IOException {
    Files.delete(filler);
  }

  @Override
  public void close() {
    run("umount", "-l", directory.toString());
  }

  private static boolean run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // the command does not exist
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
