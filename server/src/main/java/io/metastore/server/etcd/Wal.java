package io.metastore.server.etcd;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.metastore.core.kv.JoinedCrc;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The write-ahead log of an etcd member that does not run: which member it is, and the entries
 * after a given one.
 *
 * <p>A log consists of files, which consist of frames: int64 little-endian length, whose highest
 * byte is 0x80 plus the number of padding bytes if there are some; a record; padding to 8 bytes. A
 * record is a protobuf message with a type (1), a checksum (2) and data (3). The checksum is the
 * CRC-32C of the data of all records so far. A file begins with a record of the checksum with which
 * the one before it ended, and ends where a frame has length 0. Source: etcd's {@code
 * server/storage/wal}.
 */
final class Wal {
  private static final int METADATA = 1;
  private static final int ENTRY = 2;
  private static final int CHECKSUM = 4;

  /** What a disk writes as a whole. */
  private static final int SECTOR_BYTES = 512;

  private static final int RECORD_BYTES_MAX = 256 << 20;
  private static final int BUFFER_BYTES = 1 << 20;

  /** etcd commits its database every 100 ms, so few entries are missing from it. */
  private static final long ENTRIES_BYTES_MAX = 64L << 20;

  private final long after;
  private final NavigableMap<Long, Entry> entries = new TreeMap<>();
  private JoinedCrc checksum = new JoinedCrc();
  private long entriesBytes;
  private long memberId;
  private long clusterId;

  private Wal(long after) {
    this.after = after;
  }

  /**
   * An entry of the Raft log.
   *
   * @param normal whether it is a request; otherwise it changes the cluster's members
   */
  @SuppressWarnings("ArrayRecordComponent") // the array is read only once
  record Entry(long index, boolean normal, byte[] data) {}

  /**
   * Reads a log. A last record that was not written completely is ignored, as etcd does.
   *
   * @param after index of the last entry that is not needed
   * @throws IOException if a file cannot be read, or a checksum is wrong
   */
  static Wal read(Path directory, long after) throws IOException {
    Wal wal = new Wal(after);
    for (Path file : files(directory)) {
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES))) {
        wal.readFile(file, in);
      }
    }
    return wal;
  }

  /** Whether a directory contains a log of etcd. */
  static boolean exists(Path directory) throws IOException {
    return Files.isDirectory(directory) && !files(directory).isEmpty();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      // The names begin with the number of the file, in hexadecimal with leading zeros.
      return files.filter(file -> file.toString().endsWith(".wal")).sorted().toList();
    }
  }

  /** The ID of the member; 0 if the log is empty. */
  long memberId() {
    return memberId;
  }

  /** The ID of the cluster; 0 if the log is empty. */
  long clusterId() {
    return clusterId;
  }

  /**
   * The entries, in order. As after a restart of etcd, the last ones count too, although the log
   * does not say that they are committed: their requests may have been answered.
   */
  Collection<Entry> entries() {
    return entries.values();
  }

  private void readFile(Path file, DataInputStream in) throws IOException {
    try {
      long start = Long.BYTES;
      for (long frame = nextFrame(in); frame != 0; frame = nextFrame(in)) {
        int padding = frame < 0 ? (int) (frame >>> 56) & 0x7 : 0;
        long length = frame & 0x00ff_ffff_ffff_ffffL;
        if (length > RECORD_BYTES_MAX) {
          throw new IOException("a record of " + length + " bytes in the write-ahead log");
        }
        byte[] record = in.readNBytes((int) length);
        if (record.length < length) {
          return;
        }
        in.skipNBytes(padding);
        try {
          addRecord(record);
        } catch (DamagedRecord | InvalidProtocolBufferException e) {
          if (isTorn(record, start)) {
            return;
          }
          throw new IOException(
              "the write-ahead log is damaged: %s, byte %d: %s"
                  .formatted(file, start, e.getMessage()),
              e);
        }
        start += length + padding + Long.BYTES;
      }
    } catch (EOFException e) {
      // The process died while it wrote the last record, which was not acknowledged.
    }
  }

  /** Whether a power failure has kept the disk from writing a part: then that part is zero. */
  private static boolean isTorn(byte[] record, long start) {
    int from = 0;
    while (from < record.length) {
      int to = Math.min(record.length, from + SECTOR_BYTES - (int) ((start + from) % SECTOR_BYTES));
      if (isZero(record, from, to)) {
        return true;
      }
      from = to;
    }
    return false;
  }

  private static boolean isZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static long nextFrame(DataInputStream in) throws IOException {
    return Long.reverseBytes(in.readLong());
  }

  /** A record whose checksum is wrong. */
  private static final class DamagedRecord extends IOException {
    private static final long serialVersionUID = 1;

    DamagedRecord() {
      super("wrong checksum");
    }
  }

  private void addRecord(byte[] record) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(record);
    long type = 0;
    int expected = 0;
    byte[] data = new byte[0];
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> type = in.readInt64();
        case 2 -> expected = in.readUInt32();
        case 3 -> data = in.readByteArray();
        default -> in.skipField(tag);
      }
    }
    if (type == CHECKSUM) {
      continueChecksum(expected);
    } else {
      CRC32C own = new CRC32C();
      own.update(data);
      checksum.append((int) own.getValue(), data.length);
      if (checksum.value() != expected) {
        throw new DamagedRecord();
      }
    }
    if (type == METADATA) { // node ID, cluster ID
      memberId = number(data, 1);
      clusterId = number(data, 2);
    } else if (type == ENTRY) { // type, term, index, data
      long index = number(data, 3);
      if (index > after) {
        add(new Entry(index, number(data, 1) == 0, bytes(data, 4)));
      }
    }
  }

  /** At the beginning of a file. Files before the first one that is left are gone. */
  private void continueChecksum(int before) throws DamagedRecord {
    if (checksum.value() != 0 && checksum.value() != before) {
      throw new DamagedRecord();
    }
    checksum = new JoinedCrc();
    checksum.append(before, 0);
  }

  /** A new leader replaces entries that were not committed. */
  private void add(Entry entry) throws IOException {
    NavigableMap<Long, Entry> replaced = entries.tailMap(entry.index(), /* inclusive= */ true);
    for (Entry old : replaced.values()) {
      entriesBytes -= old.data().length;
    }
    replaced.clear();
    entries.put(entry.index(), entry);
    entriesBytes += entry.data().length;
    if (entriesBytes > ENTRIES_BYTES_MAX) {
      throw new IOException(
          "the database of etcd lacks more than "
              + ENTRIES_BYTES_MAX
              + " bytes of its write-ahead log; start etcd once more and stop it with SIGTERM, or"
              + " import a snapshot");
    }
  }

  private static long number(byte[] message, int field) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(message);
    long found = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == field) {
        found = in.readUInt64();
      } else {
        in.skipField(tag);
      }
    }
    return found;
  }

  private static byte[] bytes(byte[] message, int field) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(message);
    byte[] found = new byte[0];
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == field) {
        found = in.readByteArray();
      } else {
        in.skipField(tag);
      }
    }
    return found;
  }
}
