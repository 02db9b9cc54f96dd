package io.metastore.core.disk;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The space left on the disk of one data directory, and a reserve of it: a file that is deleted
 * when the disk is full, so that what little a member must write (votes, the tables' own files when
 * it starts) can be written.
 *
 * <p>{@link #isLow} is for any thread; the rest is called by one thread at a time.
 */
public final class DiskSpace {
  private static final Logger LOG = LoggerFactory.getLogger(DiskSpace.class);

  /** Below it, space is low: enough to flush the tables, for some deletes and a compaction. */
  static final long LOW_BYTES = 64L << 20;

  static final int RESERVE_BYTES = 8 << 20;

  /** Below it the reserve is given up. */
  static final long FULL_BYTES = 2L << 20;

  private static final String RESERVE = "reserve";

  private final Path directory;
  private final Path reserve;
  private final FileStore store;
  private volatile boolean low;

  /**
   * Looks at once.
   *
   * @param directory absolute; it exists
   */
  public DiskSpace(Path directory) throws IOException {
    this.directory = directory;
    this.reserve = directory.resolve(RESERVE);
    this.store = Files.getFileStore(directory);
    look();
  }

  /** Whether little space was left at the last look. */
  public boolean isLow() {
    return low;
  }

  /** Finds out how much space is left, and gives up the reserve if there is none. */
  public void look() {
    try {
      long usable = store.getUsableSpace();
      if ((usable < FULL_BYTES || FullDisk.waitingMs(directory) > 0)
          && Files.deleteIfExists(reserve)) {
        LOG.atWarn().addKeyValue("path", reserve).log("disk is full; deleted the reserve");
      }
      // A little more, so that it does not change all the time, and that the reserve fits in.
      boolean nowLow = usable < (low ? LOW_BYTES + 2 * RESERVE_BYTES : LOW_BYTES);
      if (nowLow != low) {
        low = nowLow;
        LOG.atLevel(low ? Level.WARN : Level.INFO)
            .addKeyValue("data-dir", directory)
            .addKeyValue("usable-bytes", usable)
            .log(low ? "disk is nearly full" : "disk has space again");
      }
    } catch (IOException e) {
      LOG.atWarn().setCause(e).addKeyValue("data-dir", directory).log("cannot look at the disk");
    }
  }

  /** Makes the reserve if it is missing and there is space for it. */
  public void keepReserve() {
    if (low || Files.exists(reserve)) {
      return;
    }
    try (OutputStream out = Files.newOutputStream(reserve)) {
      out.write(new byte[RESERVE_BYTES]);
    } catch (IOException e) {
      LOG.atWarn().setCause(e).addKeyValue("path", reserve).log("cannot make the reserve");
    }
  }
}
