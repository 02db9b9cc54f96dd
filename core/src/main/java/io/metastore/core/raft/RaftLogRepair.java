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
 * <p>Ratis 3.2.2 refuses to start if a crash left the last entry partly written ({@code ratis.md}
 * §3 #4); the setting that tolerates this would tolerate damage anywhere. Worse, if a damaged
 * length points beyond the end of the file, Ratis silently drops that entry and all that follow. So
 * this class reads the whole newest segment: a torn last entry is cut off, and any other damage
 * stops the start.
 *
 * <p><b>An acknowledged entry is never cut.</b> This member acknowledges an entry, to a client or
 * to the leader, after {@code force} has returned for a write that contained all of it, and entries
 * are written in order. So everything acknowledged is complete on disk and has no unforced entry
 * before it: after a crash, neither an acknowledged entry nor one before it can be the first that
 * does not decode. If one does not decode, the disk has changed it later. In that case the log is
 * left as it is and the start is refused, because an entry is only cut if no later entry decodes
 * (later entries would be lost too) and the entry shows the marks of an interrupted write, {@link
 * SegmentScan.Ending#TORN}. Damage remains undetected only if it affects the very last entry and
 * looks like such marks: a changed length, or half a kilobyte of zeros.
 *
 * <p>Ratis deletes purged segments from the newest to the oldest, and refuses to start if a crash
 * in between left a gap. Everything before a gap was being purged, so it is deleted, provided that
 * the state on disk contains it.
 *
 * <p>The rest of the log is also forced to disk. A killed process may leave entries that are only
 * in the page cache, and Ratis treats every entry that it reads at start as durable.
 */
final class RaftLogRepair {

  /**
   * What was repaired.
   *
   * @param segment the newest segment; null if there is no log yet
   * @param validBytes its remaining length, without preallocated space
   * @param cutBytes bytes of the torn entry that were cut off; 0 if none
   * @param lastIndex index of the last entry; -1 if there is no log yet
   * @param purged number of segments whose interrupted purge was completed
   */
  record Repair(
      @Nullable Path segment, long validBytes, long cutBytes, long lastIndex, int purged) {
    boolean changed() {
      return cutBytes > 0 || purged > 0;
    }
  }

  /** A file of the log; {@code lastIndex} is null while the file is open for appending. */
  record Segment(Path path, long firstIndex, @Nullable Long lastIndex) {}

  // As in Ratis' LogSegmentStartEnd: log_inprogress_7 is open, log_0-6 is finished.
  private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
  private static final Pattern FINISHED = Pattern.compile("log_(\\d+)-(\\d+)");

  static final String VOTE = "raft-meta";

  private RaftLogRepair() {}

  /**
   * Repairs the log of a group that no server has opened. When this returns, all entries in the
   * newest segment are whole and on disk, and there is no gap between segments.
   *
   * @param directory directory of the group; need not exist
   * @param stateIndex index of the last entry contained in the state on disk; -1 if none
   * @param mayBeMissing whether the state may be there before its log
   * @throws IOException if no crash explains the damage in the newest segment, if entries are
   *     missing between the state and the log, or if there is a state but no log; nothing is
   *     changed then
   */
  static Repair repair(Path directory, long stateIndex, boolean mayBeMissing) throws IOException {
    // Ratis would create a new directory, without the entries acknowledged since and without the
    // vote.
    if (stateIndex >= 0 && !mayBeMissing && !Files.exists(directory.resolve(VOTE))) {
      throw new IOException(
          "raft directory is missing directory=" + directory + " stateIndex=" + stateIndex);
    }
    List<Segment> segments = newestFirst(directory);
    if (segments.isEmpty()) {
      return new Repair(null, 0, 0, -1, 0);
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
        newest.path(),
        found.validBytes(),
        cut ? found.trailingBytes() : 0,
        found.lastIndex(),
        purged.size());
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

  static boolean isDamaged(Segment segment, SegmentScan.Result found, long fileBytes) {
    Long promised = segment.lastIndex();
    if (promised == null) {
      return found.ending() == SegmentScan.Ending.CORRUPT;
    }
    // Nothing is appended to a finished segment. It may end early, after a whole entry and without
    // preallocated space, if the process died after Ratis truncated it and before Ratis renamed it.
    boolean shortened = found.lastIndex() < promised && found.validBytes() == fileBytes;
    return found.ending() != SegmentScan.Ending.CLEAN
        || (found.lastIndex() != promised && !shortened);
  }

  static List<Segment> newestFirst(Path directory) throws IOException {
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
