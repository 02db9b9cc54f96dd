package io.metastore.server.config;

import java.io.Serial;

/**
 * The command line makes no sense: its message and the usage text are shown, the exit code is 2.
 */
public final class UsageError extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  UsageError(String message) {
    super(message);
  }
}
