package io.metastore.core.raft;

import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogOutputStream;

/** Segment files for tests, written by Ratis itself. */
final class Segments {
  static final int HEADER_BYTES = 8;

  private Segments() {}

  /** A segment with preallocated space at the end, as a crash leaves it. */
  static byte[] open(Path directory, long firstIndex, byte[]... values) throws IOException {
    Path file = Files.createTempFile(directory, "segment", ".tmp");
    try (SegmentedRaftLogOutputStream out =
        new SegmentedRaftLogOutputStream(
            file.toFile(), false, 1 << 20, 1 << 14, ByteBuffer.allocateDirect(1 << 16))) {
      for (int i = 0; i < values.length; i++) {
        out.write(entry(firstIndex + i, values[i]));
      }
      out.flush();
      return Files.readAllBytes(file);
    } finally {
      Files.delete(file);
    }
  }

  static LogEntryProto entry(long index, byte[] value) {
    return LogEntryProto.newBuilder()
        .setTerm(3)
        .setIndex(index)
        .setStateMachineLogEntry(
            StateMachineLogEntryProto.newBuilder()
                .setLogData(UnsafeByteOperations.unsafeWrap(value)))
        .build();
  }

  /** The offset of each entry and, last, the end of the entries. */
  static List<Integer> bounds(long firstIndex, byte[]... values) {
    List<Integer> bounds = new ArrayList<>(List.of(HEADER_BYTES));
    for (int i = 0; i < values.length; i++) {
      int body = entry(firstIndex + i, values[i]).getSerializedSize();
      int varint = body < 0x80 ? 1 : body < 0x4000 ? 2 : 3;
      bounds.add(bounds.get(i) + varint + body + Integer.BYTES);
    }
    return bounds;
  }
}
