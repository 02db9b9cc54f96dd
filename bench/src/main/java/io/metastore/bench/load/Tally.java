package io.metastore.bench.load;

import io.grpc.Status;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Counts events since it was last drained.
 *
 * <p>Any thread records; only the thread that runs the load drains.
 */
public final class Tally {
  private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

  private final Recorder latencies = newRecorder();
  private final Map<Status.Code, LongAdder> errors = new ConcurrentHashMap<>();

  /** An empty histogram like those of {@link #drain}, in nanoseconds. */
  public static Histogram newHistogram() {
    return new Histogram(LONGEST_NANOS, 3);
  }

  /** Records a success that took this long. */
  public void succeeded(long nanos) {
    latencies.recordValue(Math.min(Math.max(nanos, 1), LONGEST_NANOS));
  }

  void failed(Status.Code code) {
    errors.computeIfAbsent(code, c -> new LongAdder()).increment();
  }

  /** The successes since the last drain. The histogram belongs to the caller. */
  public Histogram drain() {
    return latencies.getIntervalHistogram();
  }

  /** The failures since the last call, by gRPC code. */
  SortedMap<String, Long> drainErrors() {
    SortedMap<String, Long> drained = new TreeMap<>();
    errors.forEach(
        (code, count) -> {
          long failures = count.sumThenReset();
          if (failures > 0) {
            drained.put(code.name(), failures);
          }
        });
    return drained;
  }

  private static Recorder newRecorder() {
    return new Recorder(1, LONGEST_NANOS, 3);
  }
}
