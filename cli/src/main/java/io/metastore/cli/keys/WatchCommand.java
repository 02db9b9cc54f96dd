package io.metastore.cli.keys;

import com.google.gson.JsonObject;
import io.metastore.api.v1.Event;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchZnodesRequest;
import io.metastore.api.v1.ZnodeEvent;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.EscapedText;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Json;
import io.metastore.cli.console.Signals;
import io.metastore.client.MetastoreClient;
import io.metastore.client.Watch;
import io.metastore.client.WatchListener;
import io.metastore.client.ZnodeListener;
import io.metastore.client.ZnodeWatch;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
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

  @Option(
      names = "--zookeeper",
      description = {
        "Watch znodes instead of keys, with --recursive also all znodes below.",
        "A line has REVISION, CREATED, DELETED, DATA_CHANGED or CHILDREN_CHANGED, and PATH. Changes"
            + " may be missed while the connection is lost."
      })
  private boolean zookeeper;

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
    if (zookeeper && (reach.directory || fromRevision != 0)) {
      throw usage("--zookeeper cannot be combined with --dir or --from-revision");
    }
    Events events = new Events();
    try (Signals signals = new Signals("INT", "TERM")) {
      Runnable close = zookeeper ? watchZnodes(client, events) : watchKeys(client, events);
      try {
        CompletableFuture.anyOf(events.end, signals.first()).get();
      } finally {
        close.run();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
    return ExitCode.OK.code();
  }

  /** Starts the watch; returns what ends it. */
  private Runnable watchKeys(MetastoreClient client, Events events) {
    Watch watch = client.keyValue().watch(request(), events);
    watch.ready().thenAccept(this::reportStart);
    watch.ready().orTimeout(SILENCE_S, TimeUnit.SECONDS).exceptionally(this::reportSilence);
    return watch::close;
  }

  /** As {@link #watchKeys}. */
  private Runnable watchZnodes(MetastoreClient client, Events events) {
    ZnodeWatch watch =
        client
            .znodes()
            .watch(
                WatchZnodesRequest.newBuilder().setPath(key).setRecursive(reach.recursive).build(),
                new ZnodeListener() {
                  @Override
                  public void started(long revision) {
                    reportStart(revision);
                  }

                  @Override
                  public void changed(List<ZnodeEvent> changes) {
                    events.show(changes, WatchCommand.this::show);
                  }

                  @Override
                  public void ended(Throwable failure) {
                    events.ended(failure);
                  }
                });
    return watch::close;
  }

  private void reportStart(long revision) {
    note("watching " + key + " for changes after revision " + revision);
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
      show(events, WatchCommand.this::show);
    }

    <T> void show(List<T> events, Consumer<T> printer) {
      for (T event : events) {
        if (left > 0) {
          left--;
          printer.accept(event);
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

  private void show(ZnodeEvent event) {
    if (json()) {
      JsonObject line = Json.revision(event.getRevision());
      line.addProperty("kind", event.getKind().name().toLowerCase(Locale.ROOT));
      line.addProperty("path", event.getPath());
      console().line(line);
    } else {
      console().line(event.getRevision() + "\t" + event.getKind().name() + "\t" + event.getPath());
    }
  }
}
