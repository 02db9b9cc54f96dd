package io.metastore.bench.lock;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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

  /** Copies the lists and checks that there is something to run. */
  public LockPlan {
    services = List.copyOf(services);
    sizes = List.copyOf(sizes);
    works = List.copyOf(works);
    requireNonNull(warmUp, "warmUp");
    requireNonNull(duration, "duration");
    requireNonNull(directory, "directory");
    if (services.isEmpty() || sizes.isEmpty() || works.isEmpty() || rounds < 1) {
      throw new IllegalArgumentException("services, sizes, works and rounds must not be empty");
    }
  }

  /**
   * The steps in order: services take turns at each work, and each round begins with another
   * service.
   */
  List<LockStep> steps() {
    List<LockStep> steps = new ArrayList<>();
    for (int size : sizes) {
      for (int round = 1; round <= rounds; round++) {
        List<LockService> turns = new ArrayList<>(services);
        Collections.rotate(turns, 1 - round);
        for (LockWork work : works) {
          for (LockService service : turns) {
            steps.add(new LockStep(service, size, work, round));
          }
        }
      }
    }
    return steps;
  }
}
