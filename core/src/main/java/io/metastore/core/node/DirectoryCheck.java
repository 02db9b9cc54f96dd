package io.metastore.core.node;

import io.metastore.core.machine.StoreState;
import io.metastore.core.machine.TableCheck;
import io.metastore.core.machine.TableCheck.Contents;
import io.metastore.core.raft.RaftLogCheck;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageException;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks the data directory of a member that does not run: the checksums of all files, and whether
 * the tables agree with each other and with the Raft log. Changes nothing.
 */
public final class DirectoryCheck {
  /** Later faults are only counted. */
  private static final int FAULTS_MAX = 1000;

  private final List<String> faults = new ArrayList<>();
  private final LongConsumer progress;
  private long faultsFound;

  private DirectoryCheck(LongConsumer progress) {
    this.progress = progress;
  }

  /**
   * The result.
   *
   * @param tables null if the tables could not be read to the end
   * @param faults one sentence each; the first {@value FAULTS_MAX}
   * @param faultsFound how many faults there are
   */
  public record Report(
      @Nullable Contents tables, RaftLogCheck.Entries log, List<String> faults, long faultsFound) {
    public Report {
      faults = List.copyOf(faults);
    }
  }

  /**
   * Checks a directory.
   *
   * @param logDirectory directory of the Raft log
   * @param progress receives the bytes checked so far, of the tables and then of the log
   * @throws NoSuchFileException if the directory contains no data of a member
   * @throws IOException if a running member uses it, or a file cannot be read
   */
  public static Report run(Path dataDirectory, Path logDirectory, LongConsumer progress)
      throws IOException {
    Path tables = LiveTables.findNewest(dataDirectory);
    if (tables == null) {
      throw new NoSuchFileException(dataDirectory.toString(), null, "contains no tables");
    }
    try (FileChannel lock = FileChannel.open(tables.resolve("LOCK"), StandardOpenOption.WRITE)) {
      FileLock held = lock.tryLock(); // RocksDB holds it while it has the tables open
      if (held == null) {
        throw new FileSystemException(
            dataDirectory.toString(), null, "is in use by a running member");
      }
      DirectoryCheck check = new DirectoryCheck(progress);
      Contents contents = check.checkTables(tables);
      RaftLogCheck.Entries log =
          RaftLogCheck.run(
              logDirectory,
              contents == null ? Long.MAX_VALUE - 1 : contents.index(),
              check::fault,
              progress);
      return new Report(contents, log, check.faults, check.faultsFound);
    }
  }

  /** As {@link #run}, for tables without a log, that no member uses. */
  public static Report ofTables(Path tables, LongConsumer progress) {
    DirectoryCheck check = new DirectoryCheck(progress);
    Contents contents = check.checkTables(tables);
    return new Report(contents, new RaftLogCheck.Entries(0, -1), check.faults, check.faultsFound);
  }

  private void fault(String sentence) {
    faultsFound++;
    if (faults.size() < FAULTS_MAX) {
      faults.add(sentence);
    }
  }

  private @Nullable Contents checkTables(Path directory) {
    try (Storage storage = Storage.openReadOnly(directory, StorageOptions.DEFAULT)) {
      try {
        storage.verifyChecksums();
      } catch (StorageException e) {
        fault(text(e));
      }
      if (StoreState.isTorn(storage)) {
        fault(
            "the tables contain only a part of a log entry; the next start makes them again from"
                + " the newest checkpoint and the log");
      }
      return new TableCheck(storage, this::fault, progress).run();
    } catch (StorageException e) {
      fault(text(e));
      return null;
    }
  }

  private static String text(StorageException failure) {
    Throwable cause = failure.getCause();
    return cause == null
        ? String.valueOf(failure.getMessage())
        : failure.getMessage() + ": " + cause.getMessage();
  }
}
