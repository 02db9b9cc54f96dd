package io.metastore.bench.faults.testbed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/**
 * Leaves the traces of a write to the Raft log that a crash interrupted: the newest segment ends
 * with the first part of a further entry.
 *
 * <p>A segment of Ratis 3.2.2 is the header {@code RaftLog1}, then for each entry its length as a
 * varint, its bytes, and a checksum of four bytes; zeros are preallocated space.
 */
final class TornWrite {
  private static final int HEADER_BYTES = 8;
  private static final int CHECKSUM_BYTES = 4;

  private TornWrite() {}

  /**
   * Appends the first part of a copy of the last entry.
   *
   * @param data the data directory of a member that does not run
   * @return false if the log has no entry in its newest segment
   */
  static boolean append(Path data, Random random) throws IOException {
    List<Path> open = LogFiles.open(data);
    if (open.size() != 1) {
      return false;
    }
    byte[] bytes = Files.readAllBytes(open.get(0));
    int last = HEADER_BYTES;
    int end = HEADER_BYTES;
    for (int next = endOfEntry(bytes, end); next > 0; next = endOfEntry(bytes, end)) {
      last = end;
      end = next;
    }
    if (last == end) {
      return false;
    }
    ByteBuffer part = ByteBuffer.wrap(bytes, last, 1 + random.nextInt(end - last - 1));
    try (FileChannel file = FileChannel.open(open.get(0), StandardOpenOption.WRITE)) {
      while (part.hasRemaining()) {
        file.write(part, end + (part.position() - last));
      }
    }
    return true;
  }

  /** Where the entry that starts here ends; 0 if there is no whole entry. */
  private static int endOfEntry(byte[] bytes, int start) {
    long length = 0;
    int at = start;
    for (int shift = 0; at < bytes.length && shift < Integer.SIZE; shift += 7) {
      byte next = bytes[at++];
      length |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        long end = at + length + CHECKSUM_BYTES;
        return length > 0 && end <= bytes.length ? (int) end : 0;
      }
    }
    return 0;
  }
}
