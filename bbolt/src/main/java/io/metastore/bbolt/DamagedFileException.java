package io.metastore.bbolt;

import java.io.IOException;

/** A file that is not a bbolt file, or whose contents contradict each other. */
public final class DamagedFileException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedFileException(String message) {
    super(message);
  }
}
