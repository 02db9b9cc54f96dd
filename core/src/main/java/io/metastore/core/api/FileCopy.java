package io.metastore.core.api;

import java.io.IOException;
import java.nio.file.Path;

/** A copy of the files of this member's tables as of one moment. The files do not change. */
public interface FileCopy extends AutoCloseable {

  /** Contains the files, and nothing else. */
  Path directory();

  /** Deletes the copy. Any thread. */
  @Override
  void close() throws IOException;
}
