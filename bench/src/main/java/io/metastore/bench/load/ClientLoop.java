package io.metastore.bench.load;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * A set of logical clients, each with one operation at a time, that run until their gate is closed.
 */
final class ClientLoop {
  private static final long STOP_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Gate gate;
  private final Tally tally = new Tally();
  private final Pause pause;
  private final Pace pace;
  private final List<LogicalClient> clients;

  /**
   * Prepares a loop.
   *
   * @param clients the number of clients
   * @param limit the number of operations that they may start together
   * @param pace when each operation is due
   * @param client creates the client with the given index
   */
  ClientLoop(
      int clients,
      long limit,
      Pause pause,
      Pace pace,
      BiFunction<ClientLoop, Integer, LogicalClient> client) {
    this.gate = new Gate(clients, limit);
    this.pause = pause;
    this.pace = pace;
    this.clients =
        IntStream.range(0, clients).mapToObj(ordinal -> client.apply(this, ordinal)).toList();
  }

  void begin() {
    pace.begin();
    clients.forEach(LogicalClient::begin);
  }

  /** Waits until all clients have stopped at the limit; false if that takes too long. */
  boolean awaitEnd(long timeoutNanos) throws InterruptedException {
    return gate.awaitIdle(timeoutNanos);
  }

  /**
   * Stops all clients.
   *
   * @throws IllegalStateException if an operation has no answer after 20 seconds
   */
  void end() throws InterruptedException {
    gate.close();
    if (!gate.awaitIdle(STOP_TIMEOUT_NANOS)) {
      throw new IllegalStateException("some operations got no answer within 20 s of the end");
    }
  }

  Gate gate() {
    return gate;
  }

  Tally tally() {
    return tally;
  }

  Pause pause() {
    return pause;
  }

  Pace pace() {
    return pace;
  }
}
