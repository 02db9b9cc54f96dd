package io.metastore.bench.lock;

import static java.util.Objects.requireNonNull;

import io.metastore.bench.compare.Turn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The steps of a comparison of lock services.
 *
 * @param services the services to compare
 * @param sizes the cluster sizes
 * @param works the work
 * @param rounds how many times everything is repeated
 * @param warmUp the duration of each work before the measurement
 * @param duration the duration of the measurement
 * @param directory the directory for the servers' data
 */
public record LockPlan(
    List<LockService> services,
    List<Integer> sizes,
    List<LockWork> works,
    int rounds,
    Duration warmUp,
    Duration duration,
    Path directory) {

  /** Copies the lists. */
  public LockPlan {
    services = List.copyOf(services);
    sizes = List.copyOf(sizes);
    works = List.copyOf(works);
    requireNonNull(warmUp, "warmUp");
    requireNonNull(duration, "duration");
    requireNonNull(directory, "directory");
  }

  /** The steps in order. */
  List<LockStep> steps() {
    return Turn.all(services, sizes, works, rounds).stream().map(LockStep::new).toList();
  }
}
