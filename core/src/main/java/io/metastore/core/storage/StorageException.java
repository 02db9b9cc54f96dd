package io.metastore.core.storage;

import java.io.Serial;

/** The disk or the database failed. Nobody recovers from it: the member stops. */
public final class StorageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  StorageException(String what, Throwable cause) {
    super(what, cause);
  }
}
