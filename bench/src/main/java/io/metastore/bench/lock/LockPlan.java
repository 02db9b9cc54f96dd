package io.metastore.bench.lock;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a comparison of lock services runs, in which order.
 *
 * @param services what is compared
 * @param sizes numbers of members of the clusters
 * @param works what they do
 * @param rounds how often everything is repeated
 * @param warmUp how long each work is done before it is measured
 * @param duration how long it is measured
 * @param directory where the servers keep their data
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

  /** The steps in their order: services take turns at each work, another begins in each round. */
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
