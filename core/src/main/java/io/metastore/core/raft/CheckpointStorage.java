package io.metastore.core.raft;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of this member. Ratis sends them to members that lack the log before them, and
 * stores the checkpoints here that it receives.
 *
 * <p>A checkpoint under its final name is complete:
 *
 * <ul>
 *   <li>Our own checkpoints are written in {@code <directory>-own} while entries are applied. The
 *       apply thread moves them to {@code <directory>} when they are complete and on disk.
 *   <li>Ratis receives into {@code <directory>-tmp/snapshot-<id>} and checks each file's digest.
 *       After the last file it renames {@code <directory>} to {@code <directory>.tmp<date>},
 *       renames the received directory to {@code <directory>}, and deletes the former one. An
 *       interrupted transfer stays on disk until the next one or the next start; a crash between
 *       the renames is undone at start.
 *   <li>Ratis forces none of this to disk ({@code ratis.md} §3 #12). We do so before the state is
 *       opened from the checkpoint and before the log that it replaces is deleted; after an earlier
 *       crash, the digests are compared at start.
 * </ul>
 *
 * <p>{@link #getLatestSnapshot}, {@link #findNewest}, {@link #write} and {@link #deleteOld} may be
 * called from any thread. Ratis calls the first for every message to a follower, so its result is
 * cached. {@link #receiving} is called by transport threads, {@link #open} by the thread that
 * starts Raft, everything else by the apply thread.
 */
final class CheckpointStorage implements StateMachineStorage {
  // Two: a follower may be about to receive the older one when a new one is made.
  private static final int KEPT = 2;
  private static final String PARTIAL = "partial";

  private final Path directory;
  private final Path incoming;
  private final Path own;
  private final LongPredicate beingSent;
  private final Set<Path> forced = new HashSet<>();
  private volatile @Nullable FileListSnapshotInfo newest;
  private volatile boolean receiving;

  /**
   * @param directory contains checkpoints only, because Ratis replaces it as a whole. Temporary
   *     directories are created in its parent, so that they are on the same file system.
   * @param beingSent whether a follower is being sent the checkpoint with this index
   */
  CheckpointStorage(Path directory, LongPredicate beingSent) {
    this.beingSent = beingSent;
    this.directory = directory.toAbsolutePath().normalize();
    this.incoming = this.directory.resolveSibling(this.directory.getFileName() + "-tmp");
    this.own = this.directory.resolveSibling(this.directory.getFileName() + "-own");
  }

  /**
   * Cleans up after a crash. To be called once, before any other method.
   *
   * @throws IOException also if the last received checkpoint was damaged by the crash. The log
   *     before it may be gone already, so this member cannot recover on its own.
   */
  void open() throws IOException {
    undoHalfReplacement();
    DurableFiles.deleteTree(incoming);
    Files.createDirectories(incoming);
    DurableFiles.deleteTree(own);
    Files.createDirectories(own);
    Files.createDirectories(directory);
    for (CheckpointFiles found : CheckpointFiles.in(directory)) {
      if (!found.isDurable()) {
        found.verify();
        found.makeDurable();
      }
    }
    forceNames();
    refresh();
  }

  private void undoHalfReplacement() throws IOException {
    for (Path former : formerDirectories()) {
      if (Files.exists(directory)) {
        DurableFiles.deleteTree(former);
      } else {
        // The received checkpoint would do as well, but only the former one is known to be durable.
        Files.move(former, directory, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  /** Newest first: the suffix is Ratis' date and time. */
  private List<Path> formerDirectories() throws IOException {
    Path parent = directory.resolveSibling(".").normalize();
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    String prefix = directory.getFileName() + ".tmp";
    try (Stream<Path> siblings = Files.list(parent)) {
      return siblings
          .filter(sibling -> sibling.getFileName().toString().startsWith(prefix))
          .sorted((a, b) -> b.compareTo(a))
          .toList();
    }
  }

  /** Index of the last entry in the newest complete checkpoint; -1 if there is none. */
  long newestIndex() {
    FileListSnapshotInfo found = newest;
    return found == null ? RaftLog.INVALID_LOG_INDEX : found.getIndex();
  }

  /** The size of the newest complete checkpoint; 0 if there is none. */
  long newestBytes() {
    FileListSnapshotInfo found = newest;
    return found == null ? 0 : found.getFiles().stream().mapToLong(FileInfo::getFileSize).sum();
  }

  /** The newest complete checkpoint, or null if there is none. */
  @Nullable Path findNewest() {
    FileListSnapshotInfo found = newest;
    return found == null ? null : directory.resolve(CheckpointFiles.nameOf(found.getTermIndex()));
  }

  /**
   * Writes a checkpoint. It is durable when this returns; {@link #publish} makes it known. One
   * thread at a time writes, others wait.
   *
   * @param writer creates the directory it is given, writes files directly in it, forces them to
   *     disk, and returns term and index of the last entry that they contain; null if they are of
   *     no use
   * @return false if the writer returned null
   */
  boolean write(Function<Path, @Nullable TermIndex> writer) throws IOException {
    synchronized (own) {
      Path partial = own.resolve(PARTIAL);
      DurableFiles.deleteTree(partial);
      TermIndex position = writer.apply(partial);
      if (position == null) {
        return false;
      }
      if (position.getIndex() < 0) {
        return true; // an empty store
      }
      Path written = own.resolve(CheckpointFiles.nameOf(position));
      if (!Files.exists(written)) {
        Files.move(partial, written, StandardCopyOption.ATOMIC_MOVE);
      }
      return true;
    }
  }

  /**
   * Moves the newest checkpoint that was written to its place, and deletes the others. Does nothing
   * if the newest known one contains as much, for example one received meanwhile.
   */
  void publish() throws IOException {
    for (CheckpointFiles written : CheckpointFiles.in(own)) {
      if (written.position().getIndex() > newestIndex()) {
        Path target = directory.resolve(CheckpointFiles.nameOf(written.position()));
        Files.move(written.path(), target, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.force(directory);
        refresh();
      } else {
        DurableFiles.deleteTree(written.path());
      }
    }
  }

  /**
   * Called before Ratis writes a part of a checkpoint received from the leader. Forces the files to
   * disk that are complete: if all were forced at the end, the leader would wait for that for
   * longer than for a reply, and would begin again.
   */
  synchronized void receiving() {
    receiving = true;
    try {
      deleteInterrupted();
      forceReceived();
    } catch (IOException e) {
      throw new UncheckedIOException("received checkpoint " + incoming, e);
    }
  }

  /** Deletes all transfers but the one that began last; its directory is the newest. */
  private void deleteInterrupted() throws IOException {
    List<Path> transfers;
    try (Stream<Path> found = Files.list(incoming)) {
      transfers = found.sorted(Comparator.comparing(CheckpointStorage::modified)).toList();
    }
    for (Path interrupted : transfers.subList(0, Math.max(0, transfers.size() - 1))) {
      DurableFiles.deleteTree(interrupted);
    }
  }

  private static FileTime modified(Path path) {
    try {
      return Files.getLastModifiedTime(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void forceReceived() throws IOException {
    try (Stream<Path> files = Files.walk(incoming)) {
      for (Path digest : files.filter(CheckpointFiles::isDigest).toList()) {
        if (forced.add(digest)) {
          DurableFiles.force(CheckpointFiles.fileOf(digest));
        }
      }
    }
  }

  /**
   * Makes the checkpoint that Ratis received durable, before anything is opened from it.
   *
   * @return the newest checkpoint
   */
  Path adoptReceived() throws IOException {
    adoptIfReceived();
    Path adopted = findNewest();
    if (adopted == null) {
      throw new IOException("no checkpoint was received directory=" + directory);
    }
    return adopted;
  }

  private synchronized void adoptIfReceived() throws IOException {
    boolean adopted = false;
    for (CheckpointFiles found : CheckpointFiles.in(directory)) {
      if (!found.isDurable()) {
        found.makeDurable();
        adopted = true;
      }
    }
    if (adopted) {
      forceNames();
      refresh();
      receiving = false;
      forced.clear();
    }
  }

  private void forceNames() throws IOException {
    DurableFiles.force(directory);
    DurableFiles.force(directory.resolveSibling(".").normalize());
  }

  private void refresh() throws IOException {
    List<CheckpointFiles> all = CheckpointFiles.in(directory);
    newest = all.isEmpty() ? null : all.get(0).toSnapshotInfo();
  }

  /**
   * Returns the newest checkpoint; makes a received one durable. Ratis calls this on a transport
   * thread after it has renamed a received checkpoint into place and before it deletes the log that
   * the checkpoint replaces, possibly while the apply thread already opens it. There is no other
   * callback at that time.
   */
  @Override
  public @Nullable SnapshotInfo getLatestSnapshot() {
    if (receiving) {
      try {
        adoptIfReceived();
      } catch (IOException e) {
        throw new UncheckedIOException("received checkpoint " + directory, e);
      }
    }
    return newest;
  }

  /**
   * Deletes all checkpoints but the newest two and those that are being sent. Giving the space of
   * large files back takes the file system a while, so the apply thread does not do this.
   */
  void deleteOld() throws IOException {
    for (CheckpointFiles old : CheckpointFiles.in(directory).stream().skip(KEPT).toList()) {
      if (!beingSent.test(old.position().getIndex())) {
        DurableFiles.deleteTree(old.path());
      }
    }
  }

  /** Does nothing: Ratis calls this on the apply thread. See {@link #deleteOld}. */
  @Override
  public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {}

  /** Does nothing: {@link #open} has run before Ratis starts. */
  @Override
  public void init(RaftStorage storage) {}

  /** Does nothing: Ratis 3.2.2 never calls this. */
  @Override
  public void format() {}

  @Override
  public File getSnapshotDir() {
    return directory.toFile();
  }

  @Override
  public File getTmpDir() {
    return incoming.toFile();
  }
}
