package io.metastore.core.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.jspecify.annotations.Nullable;

/**
 * Scans the bytes of a Ratis log segment: how many are valid, and how the segment ends.
 *
 * <p>The format of Ratis 3.2.2 ({@code SegmentedRaftLogOutputStream}): the header {@code RaftLog1},
 * then for each entry its length as a varint, the serialized {@code LogEntryProto}, and the
 * big-endian CRC32C of both. Indices have no gaps. Space for later entries is preallocated with
 * zeros. A length is never zero, so a zero byte in place of a length ends the segment.
 */
final class SegmentScan {

  /** How a segment ends. */
  enum Ending {
    /** After a whole entry, followed by nothing or only by preallocated space. */
    CLEAN,
    /** Within an entry that a crash left partly written. */
    TORN,
    /** With bytes that no crash explains. */
    CORRUPT
  }

  /**
   * The result of a scan.
   *
   * @param validBytes length of the header and the whole entries after it
   * @param lastIndex index of the last whole entry; one less than the segment's first index if
   *     there is none
   * @param trailingBytes bytes after {@code validBytes} that are not preallocated space
   */
  record Result(Ending ending, long validBytes, long lastIndex, long trailingBytes) {}

  private record Frame(int start, int bodyStart, int bodyLength) {
    long crcStart() {
      return (long) bodyStart + bodyLength;
    }

    long end() {
      return crcStart() + CRC_BYTES;
    }
  }

  private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.UTF_8);
  private static final int CRC_BYTES = Integer.BYTES;
  private static final int VARINT_BYTES_MAX = 5;
  private static final int SECTOR_BYTES = 512;
  // Every entry except the very first begins with these protobuf tags: term = 1, index = 2, as
  // varints.
  private static final int TERM_TAG = 0x08;
  private static final int INDEX_TAG = 0x10;

  private final byte[] bytes;
  private final int contentEnd;

  private SegmentScan(byte[] bytes) {
    this.bytes = bytes;
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    this.contentEnd = end;
  }

  /**
   * Scans a segment.
   *
   * @param bytes the whole file
   * @param firstIndex index of the first entry according to the file's name
   */
  static Result scan(byte[] bytes, long firstIndex) {
    return new SegmentScan(bytes).scan(firstIndex);
  }

  private Result scan(long firstIndex) {
    if (!Arrays.equals(bytes, 0, Math.min(bytes.length, HEADER.length), HEADER, 0, HEADER.length)) {
      return withoutHeader(firstIndex);
    }
    int position = HEADER.length;
    long expectedIndex = firstIndex;
    while (position < contentEnd) {
      Frame frame = findFrame(position);
      LogEntryProto entry = frame == null ? null : decode(frame);
      if (frame == null || entry == null || entry.getIndex() != expectedIndex) {
        boolean torn =
            entry == null && isTorn(position, frame) && !entryFollows(position, expectedIndex);
        return result(torn ? Ending.TORN : Ending.CORRUPT, position, expectedIndex - 1);
      }
      position = (int) frame.end();
      expectedIndex++;
    }
    return result(Ending.CLEAN, position, expectedIndex - 1);
  }

  /**
   * Handles a file without a valid header. The header is forced to disk before the first entry is
   * written, so there may be parts of a header and preallocated space, but no entry. (Ratis deletes
   * a file whose header is zeros, whatever follows.)
   */
  private Result withoutHeader(long firstIndex) {
    boolean beginning =
        contentEnd < HEADER.length && Arrays.equals(bytes, 0, contentEnd, HEADER, 0, contentEnd);
    return result(beginning ? Ending.CLEAN : Ending.CORRUPT, 0, firstIndex - 1);
  }

  private Result result(Ending ending, int validBytes, long lastIndex) {
    return new Result(ending, validBytes, lastIndex, Math.max(0, contentEnd - validBytes));
  }

  /** The frame of the entry whose length is at {@code start}; null if there is no valid length. */
  private @Nullable Frame findFrame(int start) {
    long length = 0;
    for (int i = 0; i < VARINT_BYTES_MAX && start + i < bytes.length; i++) {
      byte b = bytes[start + i];
      length |= (b & 0x7fL) << (7 * i);
      if (b >= 0) {
        return length == 0 || length > Integer.MAX_VALUE
            ? null
            : new Frame(start, start + i + 1, (int) length);
      }
    }
    return null;
  }

  private @Nullable LogEntryProto decode(Frame frame) {
    if (frame.end() > bytes.length || storedCrc(frame) != computedCrc(frame)) {
      return null;
    }
    try {
      return LogEntryProto.parseFrom(ByteBuffer.wrap(bytes, frame.bodyStart(), frame.bodyLength()));
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private int storedCrc(Frame frame) {
    return ByteBuffer.wrap(bytes).getInt((int) frame.crcStart());
  }

  private int computedCrc(Frame frame) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, frame.start(), (int) frame.crcStart() - frame.start());
    return (int) crc.getValue();
  }

  /**
   * Whether an interrupted write explains the broken entry at {@code start}: the file is too short
   * for it, or some of its bytes still have the preallocated value. Disks write whole sectors, in
   * any order; a killed process leaves the beginning of what it wrote. A flipped bit in a complete
   * entry is neither.
   */
  private boolean isTorn(int start, @Nullable Frame frame) {
    if (bytes[start] == 0) {
      return isZero(start, nextSector(start));
    }
    if (frame == null) {
      return start + VARINT_BYTES_MAX > bytes.length;
    }
    return frame.end() > bytes.length || lostTail(frame) || lostSector(frame);
  }

  /** Whether the end of the checksum, the whole checksum, or more was not written. */
  private boolean lostTail(Frame frame) {
    int stored = storedCrc(frame);
    int computed = computedCrc(frame);
    for (int lost = 1; lost < CRC_BYTES; lost++) {
      if (stored == (computed & (-1 << (Byte.SIZE * lost)))) {
        return true;
      }
    }
    return stored == 0;
  }

  private boolean lostSector(Frame frame) {
    int end = (int) frame.end();
    for (int from = frame.start(); from < end; from = nextSector(from)) {
      int to = Math.min(nextSector(from), end);
      // Shorter runs of zeros are within the checksum, where a zero may be the true value: see
      // lostTail.
      if (to - from >= CRC_BYTES && isZero(from, to)) {
        return true;
      }
    }
    return false;
  }

  private int nextSector(int position) {
    return Math.min(bytes.length, (position / SECTOR_BYTES + 1) * SECTOR_BYTES);
  }

  private boolean isZero(int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a whole entry with this index or a later one follows anywhere after {@code position}.
   */
  private boolean entryFollows(int position, long index) {
    for (int start = position + 1; start < contentEnd; start++) {
      Frame frame = findFrame(start);
      if (frame != null && frame.end() <= bytes.length && looksLikeEntry(frame)) {
        LogEntryProto entry = decode(frame);
        if (entry != null && entry.getIndex() >= index) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * A cheap test that avoids computing the checksum at nearly every position where no entry begins.
   */
  private boolean looksLikeEntry(Frame frame) {
    int position = frame.bodyStart();
    int end = (int) frame.crcStart();
    if (bytes[position++] != TERM_TAG) {
      return false;
    }
    while (position < end && bytes[position] < 0) {
      position++;
    }
    return position + 1 < end && bytes[position + 1] == INDEX_TAG;
  }
}
