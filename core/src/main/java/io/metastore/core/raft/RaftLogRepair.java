package io.metastore.core.raft;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the end of the Raft log readable again after a crash, before Ratis opens it.
 *
 * <p>Ratis 3.2.2 refuses to start when a crash left the last entry half written ({@code ratis.md}
 * §3 #4); told to tolerate that, it would tolerate damage anywhere. Worse, an entry whose damaged
 * length points behind the end of the file makes it drop that entry and all that follow, silently.
 * Here the newest segment is read as a whole: a torn last entry is cut off, anything else that is
 * broken stops the start.
 *
 * <p><b>An entry that was acknowledged is never cut.</b> This member acknowledges an entry, to a
 * client or to the leader, after {@code force} returned for a write that contained all of it, and
 * entries are written in order: what was acknowledged is complete on disk and has no unforced entry
 * before it. So after a crash an acknowledged entry decodes, and neither it nor one before it is
 * ever the first one that does not. If one does not decode all the same, the disk changed it later.
 * Then the log is left as it is and the start is refused, because a cut needs both: no later entry
 * decodes (entries written later would be lost with it), and the broken one shows the marks of an
 * interrupted write, {@link SegmentScan.Ending#TORN}. What stays undetected is damage to the very
 * last entry that looks like such marks: to its length, or to one with half a kilobyte of zeros.
 *
 * <p>Ratis deletes purged segments from the newest to the oldest, and refuses to start when a crash
 * in between left a gap. All that stands before a gap was being purged, so it is deleted, if the
 * state on disk really contains it.
 *
 * <p>The rest of the log is forced to disk too. A killed process leaves whole entries that only the
 * page cache holds, and Ratis counts every entry it reads at start as durable.
 */
final class RaftLogRepair {

  /**
   * What was done.
   *
   * @param segment the newest segment; null if there is no log yet
   * @param validBytes what is left of it, without allocated space
   * @param cutBytes what was written of the torn entry; 0 if nothing was cut
   * @param purged segments whose interrupted purge was completed
   */
  record Repair(@Nullable Path segment, long validBytes, long cutBytes, int purged) {
    boolean changed() {
      return cutBytes > 0 || purged > 0;
    }
  }

  private record Segment(Path path, long firstIndex, @Nullable Long lastIndex) {}

  // As in Ratis' LogSegmentStartEnd: log_inprogress_7 is written to, log_0-6 is finished.
  private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
  private static final Pattern FINISHED = Pattern.compile("log_(\\d+)-(\\d+)");

  private static final String VOTE = "raft-meta";

  private RaftLogRepair() {}

  /**
   * Repairs the log of a group that no server has opened. When this returns, all entries in the
   * newest segment are whole and on disk, and there is no gap between segments.
   *
   * @param directory of the group, which need not exist
   * @param stateIndex of the last entry that the state on disk contains; -1 if none
   * @throws IOException if the newest segment is broken in a way that no crash explains, entries
   *     are missing between the state and the log, or there is a state and no log; nothing was
   *     changed then
   */
  static Repair repair(Path directory, long stateIndex) throws IOException {
    // Ratis would make a new one, without the entries acknowledged since and without the vote.
    if (stateIndex >= 0 && !Files.exists(directory.resolve(VOTE))) {
      throw new IOException(
          "raft directory is missing directory=" + directory + " stateIndex=" + stateIndex);
    }
    List<Segment> segments = newestFirst(directory);
    if (segments.isEmpty()) {
      return new Repair(null, 0, 0, 0);
    }
    List<Segment> purged = beforeGap(segments, stateIndex);
    Segment newest = segments.get(0);
    byte[] bytes = Files.readAllBytes(newest.path());
    SegmentScan.Result found = SegmentScan.scan(bytes, newest.firstIndex());
    if (isDamaged(newest, found, bytes.length)) {
      throw new IOException(
          "raft log is corrupt file="
              + newest.path()
              + " offset="
              + found.validBytes()
              + " lastGoodIndex="
              + found.lastIndex());
    }
    for (Segment segment : purged) {
      Files.delete(segment.path());
    }
    boolean cut = found.ending() == SegmentScan.Ending.TORN;
    if (cut) {
      try (FileChannel file = FileChannel.open(newest.path(), StandardOpenOption.WRITE)) {
        file.truncate(found.validBytes());
      }
    }
    DurableFiles.force(newest.path());
    DurableFiles.force(directory);
    return new Repair(
        newest.path(), found.validBytes(), cut ? found.trailingBytes() : 0, purged.size());
  }

  private static List<Segment> beforeGap(List<Segment> newestFirst, long stateIndex)
      throws IOException {
    int run = 1;
    while (run < newestFirst.size()
        && isNext(newestFirst.get(run), newestFirst.get(run - 1).firstIndex())) {
      run++;
    }
    long firstIndex = newestFirst.get(run - 1).firstIndex();
    if (firstIndex > stateIndex + 1) {
      throw new IOException(
          "raft log entries are missing file="
              + newestFirst.get(run - 1).path()
              + " firstIndex="
              + firstIndex
              + " stateIndex="
              + stateIndex);
    }
    return newestFirst.subList(run, newestFirst.size());
  }

  private static boolean isNext(Segment segment, long index) {
    Long lastIndex = segment.lastIndex();
    return lastIndex != null && lastIndex + 1 == index;
  }

  private static boolean isDamaged(Segment segment, SegmentScan.Result found, long fileBytes) {
    Long promised = segment.lastIndex();
    if (promised == null) {
      return found.ending() == SegmentScan.Ending.CORRUPT;
    }
    // Nothing is written to a finished segment. It may end early, in a whole entry and without
    // allocated space, when the process died between Ratis' truncating and renaming it.
    boolean shortened = found.lastIndex() < promised && found.validBytes() == fileBytes;
    return found.ending() != SegmentScan.Ending.CLEAN
        || (found.lastIndex() != promised && !shortened);
  }

  private static List<Segment> newestFirst(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .flatMap(file -> segment(file).stream())
          .sorted(Comparator.comparingLong(Segment::firstIndex).reversed())
          .toList();
    }
  }

  private static Optional<Segment> segment(Path file) {
    String name = file.getFileName().toString();
    Matcher open = OPEN.matcher(name);
    if (open.matches()) {
      return Optional.of(new Segment(file, Long.parseLong(open.group(1)), null));
    }
    Matcher finished = FINISHED.matcher(name);
    if (finished.matches()) {
      return Optional.of(
          new Segment(file, Long.parseLong(finished.group(1)), Long.valueOf(finished.group(2))));
    }
    return Optional.empty();
  }
}
