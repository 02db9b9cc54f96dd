package io.metastore.bench.faults;

import io.metastore.bench.faults.Fault.Source;
import io.metastore.bench.faults.testbed.Equipment;
import io.metastore.bench.faults.testbed.Testbed;
import io.metastore.bench.server.ServerKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Starts a cluster and runs rounds of faults. A round ends with a check of everything that its
 * clients observed; all keys are deleted before the next one.
 */
public final class FaultRun {
  /** Longer than any request can wait in a member after its client has given up. */
  private static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(8);

  private final RunSettings settings;
  private final ServerKind kind;
  private final List<String> etcdutl;
  private final Path directory;
  private final Consumer<String> progress;
  private final Map<String, Long> faults = new TreeMap<>();
  private final Map<String, Long> done = new TreeMap<>();
  private final Map<String, Long> errors = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private String saved = "";

  /**
   * Prepares a run.
   *
   * @param kind the server to test
   * @param etcdutl its program that restores snapshots, with its first arguments
   * @param directory for the members' data, and for the logs and the history after a violation
   * @param progress receives lines of text while it runs
   */
  public FaultRun(
      RunSettings settings,
      ServerKind kind,
      List<String> etcdutl,
      Path directory,
      Consumer<String> progress) {
    this.settings = settings;
    this.kind = kind;
    this.etcdutl = List.copyOf(etcdutl);
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * Runs until the time is over, or a round has a violation.
   *
   * @throws IllegalStateException if the members do not start, or the machine lacks something that
   *     a fault needs
   */
  public RunReport run() throws InterruptedException {
    Set<Equipment> equipment = EnumSet.noneOf(Equipment.class);
    settings.mix().forEach(fault -> equipment.addAll(fault.equipment()));
    Random seeds = new Random(settings.seed());
    Duration left = settings.duration();
    int rounds = 0;
    try (Testbed testbed = new Testbed(kind, etcdutl, settings.members(), directory, equipment)) {
      while (violations.isEmpty() && left.compareTo(Duration.ZERO) > 0) {
        if (rounds > 0) {
          TimeUnit.MILLISECONDS.sleep(BETWEEN_ROUNDS.toMillis());
          testbed.deleteAll();
        }
        rounds++;
        Duration time = left.compareTo(settings.round()) < 0 ? left : settings.round();
        left = left.minus(time);
        run(rounds, new Round(settings, testbed, seeds.nextLong()), time, testbed);
      }
    }
    return new RunReport(
        settings.seed(),
        settings.members(),
        settings.mix().stream().map(Fault::toString).toList(),
        rounds,
        settings.duration().minus(left).toSeconds(),
        faults,
        done,
        errors,
        violations,
        saved);
  }

  private void run(int number, Round round, Duration time, Testbed testbed)
      throws InterruptedException {
    try (round) {
      round.run(time);
      round.faults().counts().forEach((fault, count) -> faults.merge(fault, count, Long::sum));
      round.counts().forEach((what, count) -> done.merge(what, count, Long::sum));
      round.findings().errors().forEach((error, count) -> errors.merge(error, count, Long::sum));
      violations.addAll(round.findings().violations());
      if (!violations.isEmpty()) {
        save(round, testbed);
      }
      progress.accept(
          "seed %d, round %d: %s, %s, %d violations"
              .formatted(
                  settings.seed(),
                  number,
                  round.faults().counts(),
                  new TreeMap<>(round.counts()),
                  violations.size()));
    }
  }

  private void save(Round round, Testbed testbed) {
    try {
      Path to = Files.createTempDirectory(directory, "violation-seed-" + settings.seed() + "-");
      testbed.saveLogs(to);
      round.writeHistory(to);
      saved = to.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sources that have faults in a mix, with these faults. */
  static Map<Source, List<Fault>> bySource(List<Fault> mix) {
    Map<Source, List<Fault>> sources = new TreeMap<>();
    for (Fault fault : mix) {
      sources.computeIfAbsent(fault.source(), source -> new ArrayList<>()).add(fault);
    }
    return sources;
  }
}
