package io.metastore.bench.faults.testbed;

import io.grpc.ManagedChannel;
import io.metastore.bench.server.ClientLinks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Clients that use the cluster during one round of faults, record what they observe, and check it
 * afterwards. Violations go to the {@link Findings} of the round.
 *
 * <p>The methods are called in the order in which they are listed here, by one thread, except those
 * in the second group.
 */
public interface Load extends AutoCloseable {
  /** Starts the clients. */
  void start();

  /**
   * Lets no client begin anything new, and waits for what they have begun. Called when all faults
   * have been removed.
   *
   * @throws IllegalStateException if something does not end
   */
  void stop() throws InterruptedException;

  /**
   * Checks everything that was observed.
   *
   * @throws IllegalStateException if the cluster does not answer
   */
  void check() throws InterruptedException;

  /** Ends all clients and their connections. */
  @Override
  void close();

  // ---- callable by any thread between start and close ----

  /** The links whose connections may be disturbed at the moment. */
  List<ClientLinks> links();

  /** A compaction must keep the revisions after this one, because the checks need them. */
  long neededAfter();

  /**
   * Reads what a snapshot that was taken meanwhile contains, to check it with everything else.
   *
   * @param restored a server that was restored from the snapshot
   * @param revision the snapshot's revision
   */
  default void readRestored(ManagedChannel restored, long revision) {}

  /** How much was done, by kind. */
  Map<String, Long> counts();

  /** Writes the observations to files in a directory, for finding the cause of a violation. */
  void writeHistory(Path directory) throws IOException;
}
