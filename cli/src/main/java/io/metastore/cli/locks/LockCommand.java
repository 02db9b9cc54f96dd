package io.metastore.cli.locks;

import com.google.gson.JsonObject;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.CommandFailed;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Signals;
import io.metastore.client.HeldLock;
import io.metastore.client.Lock;
import io.metastore.client.MetastoreClient;
import io.metastore.client.Session;
import io.metastore.client.SessionState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "lock",
    customSynopsis = "metastore lock [OPTIONS] LOCK [-- COMMAND ARGS...]",
    description = {
      "Runs a command while holding a lock.",
      "Exits with the command's exit code, or with 1 if the lock was not acquired. The command's"
          + " environment contains METASTORE_LOCK_PATH, METASTORE_LOCK_TOKEN and"
          + " METASTORE_SEQUENCER.",
      "Forwards the signals INT, TERM and HUP to the command. If the lock is lost, sends TERM to"
          + " the command and its children, and KILL after the time given by --grace, and exits"
          + " with 6.",
      "Without a command, prints the sequencer and holds the lock until Ctrl-C."
    })
public final class LockCommand extends ClientCommand {
  /**
   * How long to wait for the lock before reporting that it is held by another client. A free lock
   * takes less.
   */
  private static final long QUIET_MS = 300;

  private static final Duration DELAY_MAX = Duration.ofSeconds(60);

  @Parameters(index = "0", paramLabel = "LOCK", description = "The lock's path.")
  private String lock = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "COMMAND",
      description = "The command to run, after --.")
  private List<String> command = List.of();

  @Option(
      names = "--shared",
      description = "Acquire a shared lock, which several clients can hold at the same time.")
  private boolean shared;

  @Option(names = "--try", description = "Do not wait if the lock is not free.")
  private boolean tryOnly;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long to wait for the lock (default: no limit).")
  private @Nullable Duration timeout;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      defaultValue = "10s",
      description =
          "How long the servers keep the lock if this process dies or is cut off (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration ttl = Duration.ZERO;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "Time between TERM and KILL when the lock is lost (default: ${DEFAULT-VALUE}).")
  private Duration grace = Duration.ZERO;

  @Option(
      names = "--lock-delay",
      paramLabel = "TIME",
      description =
          "How long nobody else gets the lock after this process's session expires, at most 60s"
              + " (default: the time of --grace, so that the command has ended before another"
              + " begins; 0 without a command).")
  private @Nullable Duration delay;

  @Override
  protected int run(MetastoreClient client) throws Exception {
    if (delay().compareTo(DELAY_MAX) > 0) {
      throw usage("the lock-delay is at most 60s: set --lock-delay or a smaller --grace");
    }
    try (Signals signals = new Signals("INT", "TERM", "HUP");
        Session session = client.newSession(ttl, Label.of(command))) {
      CompletableFuture<Optional<HeldLock>> acquiring = acquire(session);
      try (Queue queue = new Queue(client.locks(), lock, session.id())) {
        awaitQuietly(acquiring, signals);
        if (!acquiring.isDone() && !signals.first().isDone()) {
          queue.tellWait(this::note);
          any(acquiring, signals.first());
        }
        if (!acquiring.isDone()) {
          acquiring.cancel(false);
          return Signals.exitCode(signals.first().join());
        }
        HeldLock held =
            get(acquiring)
                .orElseThrow(() -> new CommandFailed(ExitCode.NO, "another client holds " + lock));
        CompletableFuture<String> lost = lost(session, queue, held);
        return command.isEmpty() ? hold(held, lost, signals) : runChild(held, lost, signals);
      }
    }
  }

  private Duration delay() {
    if (delay != null) {
      return delay;
    }
    return command.isEmpty() ? Duration.ZERO : grace;
  }

  private CompletableFuture<Optional<HeldLock>> acquire(Session session) {
    Lock side = (shared ? session.sharedLock(lock) : session.lock(lock)).withDelay(delay());
    if (tryOnly) {
      return side.tryAcquireAsync();
    }
    if (timeout != null) {
      return side.tryAcquireAsync(timeout);
    }
    CompletableFuture<HeldLock> acquired = side.acquireAsync();
    CompletableFuture<Optional<HeldLock>> result = acquired.thenApply(Optional::of);
    result.whenComplete(
        (held, failure) -> {
          if (result.isCancelled()) {
            acquired.cancel(false);
          }
        });
    return result;
  }

  /** Completes with the reason when the lock is lost. */
  private CompletableFuture<String> lost(Session session, Queue queue, HeldLock held) {
    CompletableFuture<String> lost = queue.gone(held.token());
    session.addListener(
        state -> {
          switch (state) {
            case LOST -> lost.complete("the session ended");
            case JEOPARDY -> note("no server answers; the lock will be lost unless one does soon");
            case SAFE -> note("the servers answer again; the lock is safe");
          }
        });
    if (session.state() == SessionState.LOST) {
      lost.complete("the session ended");
    }
    return lost;
  }

  private int hold(HeldLock held, CompletableFuture<String> lost, Signals signals)
      throws Exception {
    if (json()) {
      JsonObject line = new JsonObject();
      line.addProperty("lock", lock);
      line.addProperty("token", held.token());
      line.addProperty("sequencer", held.sequencer());
      console().line(line);
    } else {
      console().line(held.sequencer());
    }
    console().flush();
    any(lost, signals.first());
    if (lost.isDone()) {
      throw lockLost(lost);
    }
    return ExitCode.OK.code();
  }

  private int runChild(HeldLock held, CompletableFuture<String> lost, Signals signals)
      throws Exception {
    Child child;
    try {
      child =
          Child.start(
              command,
              Map.of(
                  "METASTORE_LOCK_PATH", lock,
                  "METASTORE_LOCK_TOKEN", Long.toString(held.token()),
                  "METASTORE_SEQUENCER", held.sequencer()));
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.USAGE, "cannot run the command: " + e.getMessage());
    }
    signals.tell(child::signal);
    signals.first().thenAccept(child::signal);
    any(child.exit(), lost);
    if (child.exit().isDone()) {
      return child.exit().get();
    }
    note("lost " + lock + ", stopping the command");
    child.stop(grace);
    throw lockLost(lost);
  }

  private CommandFailed lockLost(CompletableFuture<String> lost) {
    return new CommandFailed(ExitCode.LOCK_LOST, "lost the lock " + lock + ": " + lost.join());
  }

  private static void awaitQuietly(CompletableFuture<Optional<HeldLock>> acquiring, Signals signals)
      throws InterruptedException {
    try {
      CompletableFuture.anyOf(acquiring, signals.first()).get(QUIET_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // The caller reports a failure when it reads the future; after a timeout the caller keeps
      // waiting.
      return;
    }
  }

  private static void any(CompletableFuture<?>... futures) throws InterruptedException {
    try {
      CompletableFuture.anyOf(futures).get();
    } catch (ExecutionException e) {
      // The caller checks each future.
      return;
    }
  }

  private static <T> T get(CompletableFuture<T> done) throws Exception {
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
