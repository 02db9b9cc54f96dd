package io.metastore.core.storage;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The disk or the database failed, or data cannot be read. There is no recovery: the member stops.
 * A full disk throws this only in operations that do not wait for space.
 */
public final class StorageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public StorageException(String what, @Nullable Throwable cause) {
    super(what, cause);
  }
}
