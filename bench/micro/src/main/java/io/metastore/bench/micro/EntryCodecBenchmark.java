package io.metastore.bench.micro;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.command.CommandBatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The time to encode a log entry on the leader and to decode it on each follower. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class EntryCodecBenchmark {
  /** The number of puts in one entry. */
  @Param({"1", "32", "512"})
  public int commands;

  private CommandBatch entry = CommandBatch.getDefaultInstance();
  private byte[] bytes = new byte[0];

  @Setup
  public void make() {
    entry = new Entries(10_000).next(commands);
    bytes = entry.toByteArray();
  }

  @Benchmark
  public byte[] encode() {
    return entry.toByteArray();
  }

  @Benchmark
  public CommandBatch decode() throws InvalidProtocolBufferException {
    return CommandBatch.parseFrom(bytes);
  }
}
