package io.metastore.core.raft;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of this member, which Ratis sends to members that lack the log before them, and
 * the place where it puts those it receives.
 *
 * <p>Under its final name stands a checkpoint that is complete:
 *
 * <ul>
 *   <li>Our own are written under another name, forced to disk and renamed.
 *   <li>Ratis receives into {@code <directory>-tmp/snapshot-<id>} and checks each file's digest.
 *       After the last one it renames {@code <directory>} to {@code <directory>.tmp<date>}, the
 *       received directory to {@code <directory>}, and deletes the former. A transfer that breaks
 *       off stays where it is until the next start; a crash between the renames is undone at start.
 *   <li>Ratis forces none of it to disk ({@code ratis.md} §3 #12). We do, before the state is
 *       opened from it and before the log that it replaces is deleted; if a crash came first, the
 *       digests are compared at start.
 * </ul>
 *
 * <p>{@link #getLatestSnapshot} may be called from any thread; Ratis does so for every message it
 * sends to a follower, so the answer is kept. {@link #receiving} is called by transport threads,
 * {@link #open} by the thread that starts Raft, everything else by the apply thread.
 */
final class CheckpointStorage implements StateMachineStorage {
  // The one that may be on its way to a follower while the next is made, and that next one.
  private static final int KEPT = 2;
  private static final String PARTIAL = "partial";

  private final Path directory;
  private final Path incoming;
  private volatile @Nullable FileListSnapshotInfo newest;
  private volatile boolean receiving;

  /**
   * Opens nothing yet.
   *
   * @param directory for checkpoints only: Ratis replaces it as a whole. Its parent takes the
   *     temporary directories, which therefore are on the same file system.
   */
  CheckpointStorage(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
    this.incoming = this.directory.resolveSibling(this.directory.getFileName() + "-tmp");
  }

  /**
   * Clears up what a crash left behind. To be called once, before anything else.
   *
   * @throws IOException also if the last checkpoint received was damaged by the crash. The log
   *     before it may be gone already, so the member cannot go on by itself.
   */
  void open() throws IOException {
    undoHalfReplacement();
    DurableFiles.deleteTree(incoming);
    Files.createDirectories(incoming);
    Files.createDirectories(directory);
    DurableFiles.deleteTree(directory.resolve(PARTIAL));
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
        // The received one would do as well, but only this one is known to be durable.
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

  /** The newest complete checkpoint, or null if there is none. */
  @Nullable Path findNewest() {
    FileListSnapshotInfo found = newest;
    return found == null ? null : directory.resolve(CheckpointFiles.nameOf(found.getTermIndex()));
  }

  /**
   * Makes a checkpoint; nothing happens if there is one of this position. It is on disk when this
   * returns.
   *
   * @param position of the last entry that it contains
   * @param writer creates the directory it is given, and flat files in it
   */
  void create(TermIndex position, Consumer<Path> writer) throws IOException {
    Path target = directory.resolve(CheckpointFiles.nameOf(position));
    if (Files.exists(target)) {
      return;
    }
    Path partial = directory.resolve(PARTIAL);
    DurableFiles.deleteTree(partial);
    writer.accept(partial);
    DurableFiles.forceTree(partial);
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.force(directory);
    refresh();
  }

  /** Ratis is about to write a part of a checkpoint from the leader. */
  void receiving() {
    receiving = true;
  }

  /**
   * Takes over what Ratis received, before anything is opened from it. It is on disk when this
   * returns.
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
   * Ratis asks for it between renaming a received checkpoint into place and deleting the log that
   * it replaces, in a transport thread while the apply thread may already open it. No other call
   * comes at that time, so this is where the checkpoint is made durable.
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

  /** Called after each checkpoint; Ratis does not say which one it is sending. */
  @Override
  public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) throws IOException {
    for (CheckpointFiles old : CheckpointFiles.in(directory).stream().skip(KEPT).toList()) {
      DurableFiles.deleteTree(old.path());
    }
  }

  /** Nothing to do: {@link #open} comes before Ratis does. */
  @Override
  public void init(RaftStorage storage) {}

  /** Nothing to do: Ratis 3.2.2 never calls this. */
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
