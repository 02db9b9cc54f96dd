package io.metastore.core.raft;

import io.metastore.core.raft.RaftLogRepair.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Checks the Raft log of a member that does not run: all segments, of which a start reads only the
 * newest. Changes nothing.
 */
public final class RaftLogCheck {
  private RaftLogCheck() {}

  /**
   * The entries of a log.
   *
   * @param first index of the first entry; 0 if there are none
   * @param last index of the last entry; -1 if there are none
   */
  public record Entries(long first, long last) {}

  /**
   * Checks a log.
   *
   * @param directory where Ratis stores its groups
   * @param stateIndex index of the last entry contained in the tables
   * @param faults receives one sentence for every fault
   * @param progress receives the bytes read so far
   * @throws IOException if a file cannot be read
   */
  public static Entries run(
      Path directory, long stateIndex, Consumer<String> faults, LongConsumer progress)
      throws IOException {
    Entries entries = new Entries(0, -1);
    for (Path group : groups(directory)) {
      if (!Files.isRegularFile(group.resolve(RaftLogRepair.VOTE))) {
        faults.accept(
            "the file of this member's vote is missing: " + group.resolve(RaftLogRepair.VOTE));
      }
      entries = checkSegments(group, stateIndex, faults, progress);
    }
    return entries;
  }

  private static List<Path> groups(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(directory)) {
      return found.map(group -> group.resolve("current")).filter(Files::isDirectory).toList();
    }
  }

  private static Entries checkSegments(
      Path group, long stateIndex, Consumer<String> faults, LongConsumer progress)
      throws IOException {
    List<Segment> segments = new ArrayList<>(RaftLogRepair.newestFirst(group));
    Collections.reverse(segments);
    long expected = -1;
    long first = 0;
    long read = 0;
    for (Segment segment : segments) {
      if (expected >= 0 && segment.firstIndex() != expected) {
        faults.accept(
            "entries %d to %d are missing before the log file %s"
                .formatted(expected, segment.firstIndex() - 1, segment.path()));
      }
      first = expected < 0 ? segment.firstIndex() : first;
      byte[] bytes = Files.readAllBytes(segment.path());
      SegmentScan.Result found = SegmentScan.scan(bytes, segment.firstIndex());
      if (RaftLogRepair.isDamaged(segment, found, bytes.length)) {
        faults.accept(
            "the log file %s is damaged at byte %d; its last good entry is %d"
                .formatted(segment.path(), found.validBytes(), found.lastIndex()));
      }
      expected = found.lastIndex() + 1;
      read += bytes.length;
      progress.accept(read);
    }
    if (!segments.isEmpty() && first > stateIndex + 1) {
      faults.accept(
          "the log begins with entry %d, but the tables end with entry %d"
              .formatted(first, stateIndex));
    }
    return segments.isEmpty() ? new Entries(0, -1) : new Entries(first, expected - 1);
  }
}
