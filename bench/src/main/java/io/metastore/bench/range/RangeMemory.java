package io.metastore.bench.range;

import io.grpc.Channel;
import io.metastore.bench.load.Connections;
import io.metastore.bench.load.LoadRun;
import io.metastore.bench.load.LoadSpec;
import io.metastore.bench.load.Transport;
import io.metastore.bench.load.WatchSpec;
import io.metastore.bench.load.Workload;
import io.metastore.bench.range.StreamReader.Pace;
import io.metastore.bench.server.Access;
import io.metastore.bench.server.Cluster;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.JavaHeap;
import io.metastore.bench.server.ServerKind;
import io.metastore.bench.server.ServerMeter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads all keys of a freshly filled server in several ways, one after the other. */
public final class RangeMemory {
  private static final int KEY_BYTES = 16;
  private static final int LOADERS = 32;
  private static final int PUTS_IN_TXN = 100;
  private static final long TIMEOUT_SECONDS = 600;

  private static final Pace SLOW = new Pace(10, 20);
  private static final Pace STOPPING = new Pace(0, 20);

  private final ServerKind kind;
  private final long keys;
  private final int valueBytes;
  private final int readers;
  private final int pageKeys;
  private final Path directory;
  private final Consumer<String> progress;

  /**
   * Prepares a run.
   *
   * @param readers the number of readers in the phases with several
   * @param pageKeys the page size in keys
   * @param directory the directory for the server's data
   * @param progress receives lines of text while it runs
   */
  public RangeMemory(
      ServerKind kind,
      long keys,
      int valueBytes,
      int readers,
      int pageKeys,
      Path directory,
      Consumer<String> progress) {
    this.kind = kind;
    this.keys = keys;
    this.valueBytes = valueBytes;
    this.readers = readers;
    this.pageKeys = pageKeys;
    this.directory = directory;
    this.progress = progress;
  }

  /** Reading in streams, which only Metastore's native API supports, or in pages. */
  public enum Way {
    STREAMS,
    PAGES
  }

  /**
   * Starts a server, fills it, and reads.
   *
   * @throws IllegalStateException if the server does not return all keys
   */
  public List<MemoryLine> run(List<Way> ways) throws InterruptedException {
    try (Cluster cluster = Cluster.start(kind, 1, directory);
        Connections connections =
            Connections.open(cluster.endpoints(), readers, 1, Transport.GRPC)) {
      Phases phases = new Phases(cluster.pids().get(0), connections);
      load(cluster.endpoints());
      phases.quiet("loaded");
      for (Way way : ways) {
        switch (way) {
          case STREAMS -> {
            phases.reading("GetRange, one reader", 1, c -> new StreamReader(c, Pace.FAST));
            phases.stopping("GetRange, one slow reader", 1, SLOW);
            phases.reading(
                "GetRange, %d readers".formatted(readers),
                readers,
                c -> new StreamReader(c, Pace.FAST));
            phases.stopping("GetRange, %d stopped readers".formatted(readers), readers, STOPPING);
          }
          case PAGES -> phases.reading("pages, one reader", 1, c -> new PageReader(c, pageKeys));
        }
      }
      phases.quiet("afterwards");
      return phases.lines;
    }
  }

  private void load(List<Endpoint> endpoints) throws InterruptedException {
    LoadSpec spec =
        new LoadSpec(
            endpoints,
            LoadSpec.Target.ALL,
            Workload.LOAD,
            LOADERS,
            LOADERS,
            1,
            Transport.LEAN,
            keys,
            KEY_BYTES,
            valueBytes,
            false,
            Duration.ZERO,
            Duration.ZERO,
            Long.MAX_VALUE,
            0,
            1,
            0,
            PUTS_IN_TXN,
            new WatchSpec(1, 1, 1, WatchSpec.Shape.DISTINCT),
            Access.OPEN);
    new LoadRun(spec, new ServerMeter(List.of()), progress).run();
  }

  private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a range failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("a range did not end in time", e);
    }
  }

  /** The results so far. */
  private final class Phases {
    private final long pid;
    private final ServerMeter server;
    private final Connections connections;
    private final List<MemoryLine> lines = new ArrayList<>();

    Phases(long pid, Connections connections) {
      this.pid = pid;
      this.server = new ServerMeter(List.of(pid));
      this.connections = connections;
    }

    /** A phase without readers. */
    void quiet(String phase) throws InterruptedException {
      server.resetPeakRss();
      add(phase, null, List.of(), look());
    }

    /** A phase in which all readers read as fast as they can. */
    void reading(String phase, int count, Function<Channel, RangeReader> reader)
        throws InterruptedException {
      List<RangeReader> all = readers(count, reader);
      server.resetPeakRss();
      long startNanos = System.nanoTime();
      all.forEach(RangeReader::begin);
      for (RangeReader one : all) {
        await(one.ended);
      }
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      add(phase, seconds, all, look());
    }

    /**
     * A phase in which all readers stop in the middle while the server is measured, and then read
     * to the end.
     */
    void stopping(String phase, int count, Pace pace) throws InterruptedException {
      List<StreamReader> all = readers(count, channel -> new StreamReader(channel, pace));
      server.resetPeakRss();
      all.forEach(RangeReader::begin);
      for (StreamReader one : all) {
        await(one.stopped());
      }
      Look stopped = look();
      all.forEach(StreamReader::readOn);
      for (StreamReader one : all) {
        await(one.ended);
      }
      add(phase, null, all, stopped);
    }

    private <R> List<R> readers(int count, Function<Channel, R> reader) {
      return IntStream.range(0, count).mapToObj(i -> reader.apply(connections.of(i))).toList();
    }

    private Look look() throws InterruptedException {
      OptionalLong live = JavaHeap.liveBytes(pid);
      return new Look(live.isPresent() ? live.getAsLong() : null, server.rssBytes());
    }

    private void add(
        String phase, @Nullable Double seconds, List<? extends RangeReader> all, Look look) {
      for (RangeReader one : all) {
        if (one.keys() != keys) {
          throw new IllegalStateException(
              "%d of %d keys read in phase '%s'".formatted(one.keys(), keys, phase));
        }
      }
      long bytes = all.stream().mapToLong(RangeReader::bytes).sum();
      MemoryLine line =
          new MemoryLine(
              kind.name(),
              phase,
              seconds,
              seconds == null ? null : all.size() * keys / seconds,
              seconds == null ? null : bytes / seconds / (1 << 20),
              look.liveHeapBytes(),
              look.rssBytes(),
              server.peakRssBytes());
      lines.add(line);
      progress.accept(line.toString());
    }
  }

  private record Look(@Nullable Long liveHeapBytes, long rssBytes) {}
}
