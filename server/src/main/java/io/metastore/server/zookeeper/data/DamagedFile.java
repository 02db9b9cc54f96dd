package io.metastore.server.zookeeper.data;

import java.io.IOException;
import java.io.Serial;

/** A data file of ZooKeeper is incomplete, or its checksum is wrong. */
public final class DamagedFile extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  DamagedFile(String message) {
    super(message);
  }
}
