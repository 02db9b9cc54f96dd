package io.metastore.adapter.etcd;

import io.metastore.adapter.etcd.db.DbContents;
import io.metastore.adapter.etcd.db.DbFile;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Failure;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Pace;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.Range;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the files that snapshots are sent from. One file is made at a time, and at most {@link
 * #FILES_MAX} exist: calls that come meanwhile wait, and share the next file. A file is deleted
 * when the last call that uses it has ended.
 *
 * <p>Thread-safe.
 */
final class SnapshotFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);

  /** So that the disk is not filled by clients that read slowly. */
  private static final int FILES_MAX = 2;

  /**
   * The files that are needed at the same time are at most this many times as large as the data.
   */
  private static final int SPACE_FACTOR = 2;

  private final Metastore metastore;
  private final EtcdSettings settings;
  private final Executor thread;

  /** Requested, but not begun; guarded by this. */
  private @Nullable Shared next;

  /** Files that exist or are being made; guarded by this. */
  private int files;

  private boolean making;

  /**
   * @param thread makes the files, one at a time
   */
  SnapshotFiles(Metastore metastore, EtcdSettings settings, Executor thread) {
    this.metastore = metastore;
    this.settings = settings;
    this.thread = thread;
  }

  /** A file with the data as of a moment after this call. The caller releases it exactly once. */
  synchronized Shared request() {
    Shared requested = next;
    if (requested == null) {
      requested = new Shared();
      next = requested;
    }
    requested.users++;
    makeNext();
    return requested;
  }

  /** Called while holding the lock. */
  private void makeNext() {
    Shared begun = next;
    if (begun == null || making || files == FILES_MAX) {
      return;
    }
    next = null;
    making = true;
    files++;
    try {
      thread.execute(() -> make(begun));
    } catch (RuntimeException e) {
      making = false;
      files--;
      begun.file.completeExceptionally(e);
    }
  }

  private static void requireGoodData(ReadView view) {
    Failure refusal = view.findRefusal(Range.getDefaultInstance());
    if (refusal != null) {
      throw EtcdErrors.of(refusal.code()).exception();
    }
  }

  private void make(Shared begun) {
    DbFile file = null;
    Throwable failure = null;
    try (ReadView view = metastore.view(Consistency.SERIALIZABLE).join()) {
      requireGoodData(view);
      requireSpace();
      DbContents contents =
          new DbContents(
              view,
              metastore.cluster().members(),
              settings.clusterVersion(),
              settings.storageVersion());
      Pace pace = Pace.besideWrites(() -> metastore.cluster().revision());
      file = DbFile.write(contents, settings.scratch(), pace);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      LOG.atWarn().setCause(e).log("failed to make a database snapshot");
      failure = e;
    }
    boolean used;
    synchronized (this) {
      making = false;
      begun.made = file;
      used = file != null && begun.users > 0;
      makeNext();
    }
    if (!used) {
      delete(file);
    }
    if (file != null) {
      begun.file.complete(file);
    } else if (failure != null) {
      begun.file.completeExceptionally(failure);
    }
  }

  private void requireSpace() throws IOException {
    Path scratch = settings.scratch();
    Files.createDirectories(scratch);
    long needed = SPACE_FACTOR * metastore.cluster().sizeInUseBytes();
    if (Files.getFileStore(scratch).getUsableSpace() < needed) {
      throw EtcdError.NO_DISK_FOR_SNAPSHOT.exception();
    }
  }

  private void delete(@Nullable DbFile file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("failed to delete a snapshot file");
    }
    synchronized (this) {
      files--;
      makeNext();
    }
  }

  private void deleteLater(DbFile file) {
    try {
      thread.execute(() -> delete(file));
    } catch (RejectedExecutionException e) {
      delete(file); // the server is being stopped
    }
  }

  /** A file used by several calls. */
  final class Shared {
    private final CompletableFuture<DbFile> file = new CompletableFuture<>();

    /** Guarded by {@link SnapshotFiles}. */
    private int users;

    /** Guarded by {@link SnapshotFiles}. */
    private @Nullable DbFile made;

    /** Completes when the file is made; it is valid until released. */
    CompletableFuture<DbFile> file() {
      return file;
    }

    void release() {
      synchronized (SnapshotFiles.this) {
        users--;
        if (users > 0) {
          return;
        }
        if (next == this) {
          next = null;
        } else if (made != null) {
          deleteLater(made);
        }
      }
    }
  }
}
