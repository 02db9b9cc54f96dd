package io.metastore.core.disk;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The free space on the disk of one data directory, and a reserve file in it. The reserve is
 * deleted when the disk is full, so that the member can still write a little: votes, and the
 * tables' own files when it starts.
 *
 * <p>{@link #isLow} may be called by any thread; the rest by one thread at a time.
 */
public final class DiskSpace {
  private static final Logger LOG = LoggerFactory.getLogger(DiskSpace.class);

  /**
   * Below this, space counts as low: there is still enough to flush the tables, and for some
   * deletes and a compaction.
   */
  static final long LOW_BYTES = 64L << 20;

  static final int RESERVE_BYTES = 8 << 20;

  /** Below this, the reserve file is deleted. */
  static final long FULL_BYTES = 2L << 20;

  private static final String RESERVE = "reserve";

  private final Path directory;
  private final Path reserve;
  private volatile boolean low;

  /**
   * Measures the free space at once.
   *
   * @param directory absolute; exists
   */
  public DiskSpace(Path directory) {
    this.directory = directory;
    this.reserve = directory.resolve(RESERVE);
    look();
  }

  /** Whether the last measurement found little free space. */
  public boolean isLow() {
    return low;
  }

  /** Measures the free space, and deletes the reserve file if the disk is full. */
  public void look() {
    try {
      // Not through a FileStore, which does not exist in a chroot: it needs the list of mounts.
      long usable = directory.toFile().getUsableSpace();
      if ((usable < FULL_BYTES || FullDisk.waitingMs(directory) > 0)
          && Files.deleteIfExists(reserve)) {
        LOG.atWarn().addKeyValue("path", reserve).log("disk is full; deleted the reserve file");
      }
      // Space stays low until there is clearly more: enough to keep the state from flapping and to
      // recreate the reserve.
      boolean nowLow = usable < (low ? LOW_BYTES + 2 * RESERVE_BYTES : LOW_BYTES);
      if (nowLow != low) {
        low = nowLow;
        LOG.atLevel(low ? Level.WARN : Level.INFO)
            .addKeyValue("data-dir", directory)
            .addKeyValue("usable-bytes", usable)
            .log(low ? "disk is nearly full" : "disk has space again");
      }
    } catch (IOException e) {
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("data-dir", directory)
          .log("cannot measure the free disk space");
    }
  }

  /** Creates the reserve file if it is missing and there is space for it. */
  public void keepReserve() {
    if (low || Files.exists(reserve)) {
      return;
    }
    try (OutputStream out = Files.newOutputStream(reserve)) {
      out.write(new byte[RESERVE_BYTES]);
    } catch (IOException e) {
      LOG.atWarn().setCause(e).addKeyValue("path", reserve).log("cannot create the reserve file");
    }
  }
}
