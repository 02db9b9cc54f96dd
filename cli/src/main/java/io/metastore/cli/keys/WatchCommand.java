package io.metastore.cli.keys;

import com.google.gson.JsonObject;
import io.metastore.api.v1.Event;
import io.metastore.api.v1.WatchRequest;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.EscapedText;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.cli.console.Signals;
import io.metastore.client.MetastoreClient;
import io.metastore.client.Watch;
import io.metastore.client.WatchListener;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "watch",
    description = {
      "Watches keys and prints a line for every change.",
      "A line has REVISION, PUT or DELETE, KEY and, for a PUT, VALUE, separated by tabs. In the"
          + " value, \\n"
          + ", \\t, \\\\ and \\xHH replace special characters and bytes.",
      "Reconnects after a lost connection without missing or repeating a change. Runs until Ctrl-C"
          + " and then exits with 0."
    })
public final class WatchCommand extends ClientCommand {
  private static final long SILENCE_S = 5;

  @Parameters(paramLabel = "KEY", description = "The key's path.")
  private String key = "";

  @ArgGroup private Reach reach = new Reach();

  @Option(
      names = "--from-revision",
      paramLabel = "N",
      description = "Start with the changes of revision N (default: with new changes only).")
  private long fromRevision;

  @Option(names = "--count", paramLabel = "N", description = "Exit after N changes.")
  private long count = Long.MAX_VALUE;

  /** Which keys to watch, if more than the key itself. */
  static final class Reach {
    @Option(names = "--dir", description = "Watch the keys directly in the directory KEY.")
    private boolean directory;

    @Option(
        names = {"-r", "--recursive"},
        description = "Watch all keys below the directory KEY.")
    private boolean recursive;
  }

  @Override
  protected int run(MetastoreClient client) throws Exception {
    if (count < 1) {
      throw usage("--count must be positive");
    }
    Events events = new Events();
    try (Signals signals = new Signals("INT", "TERM");
        Watch watch = client.keyValue().watch(request(), events)) {
      watch
          .ready()
          .thenAccept(
              revision -> note("watching " + key + " for changes after revision " + revision));
      watch.ready().orTimeout(SILENCE_S, TimeUnit.SECONDS).exceptionally(this::reportSilence);
      CompletableFuture.anyOf(events.end, signals.first()).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
    return ExitCode.OK.code();
  }

  /** Reports that no server has answered yet. The watch keeps trying. */
  private @Nullable Long reportSilence(Throwable failure) {
    if (failure instanceof TimeoutException) {
      note("no answer yet from " + String.join(", ", endpoints()) + "; still trying");
    }
    return null;
  }

  private WatchRequest request() {
    WatchRequest.Builder request = WatchRequest.newBuilder().setStartRevision(fromRevision);
    if (reach.recursive) {
      return request.setSubtree(key).build();
    }
    return (reach.directory ? request.setDirectory(key) : request.setKey(key)).build();
  }

  /** Prints the watch's events. Called by one thread at a time. */
  private final class Events implements WatchListener {
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private long left = count;

    @Override
    public void changed(long revision, List<Event> events) {
      for (Event event : events) {
        if (left > 0) {
          left--;
          show(event);
        }
      }
      // Stop if standard output is closed, as in "metastore watch ... | head -1".
      if (!console().flush() || left == 0) {
        end.complete(null);
      }
    }

    @Override
    public void ended(Throwable failure) {
      end.completeExceptionally(failure);
    }
  }

  private void show(Event event) {
    String kind = event.getKind().name();
    if (json()) {
      JsonObject line = Json.revision(event.getEntry().getModRevision());
      line.addProperty("kind", kind.toLowerCase(Locale.ROOT));
      line.addProperty("key", event.getEntry().getKey());
      if (event.getKind() == Event.Kind.PUT) {
        line.addProperty("version", event.getEntry().getVersion());
        Json.addValue(line, event.getEntry().getValue());
      }
      console().line(line);
      return;
    }
    String line =
        event.getEntry().getModRevision() + "\t" + kind + "\t" + event.getEntry().getKey();
    if (event.getKind() == Event.Kind.PUT) {
      line += "\t" + EscapedText.of(event.getEntry().getValue().toByteArray());
    }
    console().line(line);
  }
}
