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
 * A value made from files, and made anew when it is asked for after they have changed. Thread-safe.
 *
 * <p>While the new files cannot be read, or do not fit each other because only one of them has been
 * replaced yet, the old value stays; the log says so once for each change.
 *
 * @param <T> immutable
 */
final class FileBacked<T> {
  private static final Logger LOG = LoggerFactory.getLogger(FileBacked.class);

  private final List<Path> files;
  private final Maker<T> maker;
  private volatile Made<T> made;

  /** Reads the files. */
  interface Maker<T> {
    T make() throws IOException, GeneralSecurityException;
  }

  /** What tells one state of a file from another; null attributes if it cannot be read. */
  private record Seen(@Nullable FileTime modified, long size, @Nullable Object key) {}

  /**
   * @param tried state of the files when the last attempt began
   */
  private record Made<T>(T value, List<Seen> tried) {}

  /**
   * Reads the files a first time.
   *
   * @throws IOException if one cannot be read, or its content cannot be used
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

  /** The value by the files as they are now. */
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
          .log("changed TLS files cannot be used, the former ones still count");
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
