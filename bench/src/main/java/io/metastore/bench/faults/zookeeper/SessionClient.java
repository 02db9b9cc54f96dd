package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.server.ClientLinks;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A program with one ZooKeeper session after the other, on its own thread: it repeats one step
 * until it is stopped, and opens a new session when the old one has ended.
 */
abstract class SessionClient implements Runnable, AutoCloseable {
  private static final int PAUSE_MAX_MS = 60;

  private final String name;
  final Random random;
  private final ClientLinks links;
  private final Journal journal;
  private volatile boolean stopped;

  /** Used by the client's thread; the end of the thread publishes it. */
  private @Nullable RecordedSession session;

  SessionClient(String name, long seed, ClientLinks links, Journal journal) {
    this.name = name;
    this.random = new Random(seed);
    this.links = links;
    this.journal = journal;
  }

  /** Does one step with an open session. */
  abstract void step(RecordedSession session) throws InterruptedException;

  /** A new session was opened. */
  void opened(RecordedSession opened) {}

  @Override
  public final void run() {
    try {
      while (!stopped) {
        RecordedSession open = openSession();
        if (open != null) {
          step(open);
        }
        Thread.sleep(random.nextInt(PAUSE_MAX_MS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      journal.findings().violation(name + ": " + e);
    } finally {
      endSession();
    }
  }

  /** The session, or a new one; null if the servers cannot be reached. */
  private @Nullable RecordedSession openSession() throws InterruptedException {
    if (session != null && session.isOpen()) {
      return session;
    }
    endSession();
    RecordedSession next = new RecordedSession(String.join(",", links.endpoints()));
    if (!next.awaitConnected()) {
      next.close();
      return null;
    }
    session = next;
    journal.add(next);
    opened(next);
    return next;
  }

  /** Closes the session, if there is one. */
  final void endSession() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  /** Ends the client as if its process had died, so that the servers expire its session. */
  final void crash() {
    if (session != null) {
      links.cut(ClientLinks.ALL);
      session.abandon();
      session = null;
      links.heal(ClientLinks.ALL);
    }
  }

  /** Waits for an answer; there always is one, if only the loss of the connection. */
  static Answer await(CompletableFuture<Answer> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Lets it begin nothing new. */
  final void stop() {
    stopped = true;
  }

  final ClientLinks links() {
    return links;
  }

  @Override
  public final void close() {
    stopped = true;
    links.close();
  }
}
