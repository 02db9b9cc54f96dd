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
      "Prints a line for every change.",
      "A line is REVISION, PUT or DELETE, KEY and, of a PUT, VALUE, with tabs between them; in the value \\n, \\t, \\\\ and"
          + " \\xHH stand for what would break the line.",
      "Goes on over lost connections, missing nothing and repeating nothing, until Ctrl-C; then it ends with 0."
    })
public final class WatchCommand extends ClientCommand {
  private static final long SILENCE_S = 5;

  @Parameters(paramLabel = "KEY", description = "A path.")
  private String key = "";

  @ArgGroup private Reach reach = new Reach();

  @Option(
      names = "--from-revision",
      paramLabel = "N",
      description = "Begin with the changes of revision N (default: what comes from now on).")
  private long fromRevision;

  @Option(names = "--count", paramLabel = "N", description = "End after N changes.")
  private long count = Long.MAX_VALUE;

  /** How much is watched. */
  static final class Reach {
    @Option(names = "--dir", description = "The keys directly in the directory KEY.")
    private boolean directory;

    @Option(
        names = {"-r", "--recursive"},
        description = "All keys below the directory KEY.")
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
      watch.ready().orTimeout(SILENCE_S, TimeUnit.SECONDS).exceptionally(this::sayWhy);
      CompletableFuture.anyOf(events.end, signals.first()).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
    return ExitCode.OK.code();
  }

  /** A watch tries on for ever: who waits for it is to know. */
  private @Nullable Long sayWhy(Throwable failure) {
    if (failure instanceof TimeoutException) {
      note("no answer yet from " + String.join(", ", endpoints()) + "; trying on");
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

  /** Prints what is told, by one thread at a time. */
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
      // Who reads us may have gone, as in "metastore watch ... | head -1".
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
