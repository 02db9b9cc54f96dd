package io.metastore.core.storage;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The disk or the database failed, or cannot be read. Nobody recovers from it: the member stops. A
 * full disk ends in it only where nobody waits for space.
 */
public final class StorageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public StorageException(String what, @Nullable Throwable cause) {
    super(what, cause);
  }
}
