package io.metastore.adapter.etcd.port;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of Unix sockets, which are not deleted automatically. */
final class UnixSockets {
  private static final Logger LOG = LoggerFactory.getLogger(UnixSockets.class);

  private UnixSockets() {}

  /**
   * Deletes the file that a killed process left; like etcd, without checking whether another
   * process listens on it.
   */
  static void deleteStale(ListenAddress address) throws IOException {
    if (address.address() instanceof UnixDomainSocketAddress unix) {
      Files.deleteIfExists(unix.getPath());
    }
  }

  /** Deletes the file of a closed socket. */
  static void delete(ListenAddress address) {
    try {
      deleteStale(address);
    } catch (IOException e) {
      LOG.atWarn().setCause(e).addKeyValue("address", address).log("cannot delete socket file");
    }
  }
}
