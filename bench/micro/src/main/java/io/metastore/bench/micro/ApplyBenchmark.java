package io.metastore.bench.micro;

import io.metastore.core.command.CommandBatch;
import io.metastore.core.machine.Applied;
import io.metastore.core.machine.StoreMachine;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time to apply one log entry: evaluating its puts, writing the tables, and the delays from
 * RocksDB's flushes and compactions.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class ApplyBenchmark {
  private static final int PREPARED = 64;

  /** The number of puts in one entry. */
  @Param({"1", "32", "512"})
  public int commands;

  /** The number of different keys. */
  @Param({"10000", "1000000"})
  public int keys;

  private final List<CommandBatch> entries = new ArrayList<>();
  private Path directory = Path.of("");
  private StoreMachine machine = NOT_OPEN;
  private long index;

  // Set before the first use by open(), as JMH promises.
  @SuppressWarnings("NullAway")
  private static final StoreMachine NOT_OPEN = null;

  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = Files.createTempDirectory("apply");
    machine =
        new StoreMachine(
            Storage.open(directory.resolve("db"), StorageOptions.DEFAULT), Long.MAX_VALUE);
    Entries made = new Entries(keys);
    for (int i = 0; i < PREPARED; i++) {
      entries.add(made.next(commands));
    }
  }

  @Benchmark
  public Applied apply() {
    index++;
    return machine.apply(
        1, index, entries.get((int) (index % PREPARED)), Entries.ORIGIN, announced -> {});
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    machine.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
