package io.metastore.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value read from files, and read again when requested after the files have changed. Thread-safe.
 *
 * <p>If the changed files cannot be read or do not match (because only one of them has been
 * replaced so far), the old value stays; this is logged once for each change.
 *
 * @param <T> immutable
 */
final class FileBacked<T> {
  private static final Logger LOG = LoggerFactory.getLogger(FileBacked.class);

  private final List<Path> files;
  private final Maker<T> maker;
  private volatile Made<T> made;

  /** Reads the value from the files. */
  interface Maker<T> {
    T make() throws IOException, GeneralSecurityException;
  }

  /** Attributes that identify the state of a file; null if it cannot be read. */
  private record Seen(@Nullable FileTime modified, long size, @Nullable Object key) {}

  /**
   * @param tried state of the files before the last attempt to read them
   */
  private record Made<T>(T value, List<Seen> tried) {}

  /**
   * Reads the files for the first time.
   *
   * @throws IOException if a file cannot be read or used
   */
  FileBacked(List<Path> files, Maker<T> maker) throws IOException {
    this.files = List.copyOf(files);
    this.maker = maker;
    List<Seen> state = state();
    try {
      this.made = new Made<>(maker.make(), state);
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** The value for the current state of the files. */
  T get() {
    Made<T> current = made;
    return state().equals(current.tried()) ? current.value() : readAgain();
  }

  private synchronized T readAgain() {
    List<Seen> state = state();
    T value = made.value();
    if (state.equals(made.tried())) {
      return value;
    }
    try {
      value = maker.make();
      LOG.atInfo().addKeyValue("files", files).log("read changed TLS files");
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("files", files)
          .addKeyValue("error", e.toString())
          .log("changed TLS files cannot be used, the previous ones stay in use");
    }
    made = new Made<>(value, state);
    return value;
  }

  private List<Seen> state() {
    List<Seen> state = new ArrayList<>(files.size());
    for (Path file : files) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        state.add(new Seen(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
      } catch (IOException e) {
        state.add(new Seen(null, 0, null));
      }
    }
    return state;
  }
}
