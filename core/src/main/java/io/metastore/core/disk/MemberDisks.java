package io.metastore.core.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The disks that one member writes to: that of its data directory, and that of its Raft log if the
 * log is kept elsewhere.
 *
 * <p>{@link #isLow} and {@link #waitingMs} are for any thread; the rest is called by one thread at
 * a time.
 */
public final class MemberDisks {
  private final List<Path> directories;
  private final List<DiskSpace> spaces;

  private MemberDisks(List<Path> directories, List<DiskSpace> spaces) {
    this.directories = directories;
    this.spaces = spaces;
  }

  /**
   * Creates the directories if they do not exist, and looks at the space that is left.
   *
   * @throws IOException if a directory cannot be created
   */
  public static MemberDisks open(Path dataDirectory, Path logDirectory) throws IOException {
    Path data = dataDirectory.toAbsolutePath();
    Path log = logDirectory.toAbsolutePath();
    List<Path> directories = log.startsWith(data) ? List.of(data) : List.of(data, log);
    DiskSpace[] spaces = new DiskSpace[directories.size()];
    for (int i = 0; i < spaces.length; i++) {
      Files.createDirectories(directories.get(i));
      FullDisk.closing(directories.get(i), false);
      spaces[i] = new DiskSpace(directories.get(i));
    }
    return new MemberDisks(directories, List.of(spaces));
  }

  /** Whether little space was left on one of the disks at the last look. */
  public boolean isLow() {
    return spaces.stream().anyMatch(DiskSpace::isLow);
  }

  /** See {@link DiskSpace#look}. */
  public void look() {
    spaces.forEach(DiskSpace::look);
  }

  /** See {@link DiskSpace#keepReserve}. */
  public void keepReserves() {
    spaces.forEach(DiskSpace::keepReserve);
  }

  /** For how long a writer of this member has been waiting for space; 0 if none is. */
  public long waitingMs() {
    return directories.stream().mapToLong(FullDisk::waitingMs).max().orElse(0);
  }

  /** The member is being closed: its writers no longer wait for space. */
  public void endWaits() {
    directories.forEach(directory -> FullDisk.closing(directory, true));
  }
}
