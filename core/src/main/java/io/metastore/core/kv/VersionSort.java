package io.metastore.core.kv;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts any number of records by revision and sub with flat memory: sorted runs are written to a
 * temporary file and then merged. The file is deleted when the sort is closed or the process ends.
 * First {@link #add} everything, then take it with {@link #next}. For use by one thread.
 *
 * <p>The records of a run are in one array. As objects they would fill the young generation of the
 * heap, and the garbage collector would stop the process for a third of the time.
 */
final class VersionSort implements AutoCloseable {
  private static final long RUN_BYTES = 16L << 20;

  /** What a record in memory costs besides its bytes. */
  private static final int PLACE_BYTES = 40;

  private static final int ARRAY_BYTES_MIN = 64 << 10;
  private static final int RUNS_MERGED_MAX = 256;
  private static final int RUN_BUFFER_BYTES = 16 << 10;

  /**
   * So much is written before it is forced to disk. Later, the system would write more at once, and
   * the Raft log would wait for the disk.
   */
  private static final int FORCED_AT_ONCE = 4 << 20;

  private static final int HEAD_BYTES = Long.BYTES + Integer.BYTES + Integer.BYTES;

  private static final Comparator<Place> IN_MEMORY =
      Comparator.comparingLong(Place::revision).thenComparingInt(Place::sub);

  private static final Comparator<Entry> ORDER =
      Comparator.comparingLong((Entry entry) -> entry.revision)
          .thenComparingInt(entry -> entry.sub);

  private final Path directory;
  private final long runBytes;

  /** The records in memory, one after the other. */
  private byte[] memory = {};

  private int memoryBytes;
  private final List<Place> places = new ArrayList<>();
  private @Nullable FileChannel file;
  private final List<Run> runs = new ArrayList<>();
  private @Nullable Merge merge;

  /**
   * @param directory where the temporary file is created, if one is needed
   */
  VersionSort(Path directory) {
    this(directory, RUN_BYTES);
  }

  VersionSort(Path directory, long runBytes) {
    this.directory = directory;
    this.runBytes = runBytes;
  }

  /** A record and its place. */
  static final class Entry {
    final long revision;
    final int sub;
    final byte[] bytes;

    Entry(long revision, int sub, byte[] bytes) {
      this.revision = revision;
      this.sub = sub;
      this.bytes = bytes;
    }
  }

  /** A sorted part of the file. */
  private record Run(long start, long end) {}

  /** Where a record is in memory. */
  private record Place(long revision, int sub, int start, int size) {}

  /**
   * Adds a record.
   *
   * @return a buffer for the {@code size} bytes of the record, to be written before the next call
   */
  ByteBuffer add(long revision, int sub, int size) {
    if ((long) memoryBytes + size + (long) PLACE_BYTES * places.size() > runBytes
        && !places.isEmpty()) {
      writeMemory();
    }
    if (memory.length - memoryBytes < size) {
      int doubled = (int) Math.min(Math.max(ARRAY_BYTES_MIN, 2L * memory.length), runBytes);
      memory = Arrays.copyOf(memory, Math.max(doubled, Math.addExact(memoryBytes, size)));
    }
    places.add(new Place(revision, sub, memoryBytes, size));
    memoryBytes += size;
    return ByteBuffer.wrap(memory, memoryBytes - size, size);
  }

  /** The next record in order; null after the last. */
  @Nullable Entry next() {
    if (merge == null) {
      merge = beginMerge();
    }
    return merge.next();
  }

  private Merge beginMerge() {
    if (runs.isEmpty()) {
      places.sort(IN_MEMORY);
      return new Merge(List.of(new MemorySource(memory, places)));
    }
    writeMemory();
    memory = new byte[0];
    while (runs.size() > RUNS_MERGED_MAX) {
      List<Run> first = runs.subList(0, RUNS_MERGED_MAX);
      Merge part = new Merge(sources(first));
      first.clear();
      write(part);
    }
    return new Merge(sources(runs));
  }

  private List<Source> sources(List<Run> merged) {
    List<Source> sources = new ArrayList<>();
    for (Run run : merged) {
      sources.add(new FileSource(openFile(), run));
    }
    return sources;
  }

  private void writeMemory() {
    places.sort(IN_MEMORY);
    RunWriter run = new RunWriter();
    for (Place place : places) {
      run.add(place.revision(), place.sub(), memory, place.start(), place.size());
    }
    runs.add(run.finish());
    places.clear();
    memoryBytes = 0;
  }

  private void write(Source sorted) {
    RunWriter run = new RunWriter();
    for (Entry entry = sorted.next(); entry != null; entry = sorted.next()) {
      run.add(entry.revision, entry.sub, entry.bytes, 0, entry.bytes.length);
    }
    runs.add(run.finish());
  }

  /** Appends a run to the file. */
  private final class RunWriter {
    private final FileChannel channel = openFile();
    private final ByteBuffer buffer = ByteBuffer.allocate(RUN_BUFFER_BYTES);
    private final long start;
    private int unforced;

    RunWriter() {
      try {
        start = channel.size();
        channel.position(start);
      } catch (IOException e) {
        throw cannotWrite(e);
      }
    }

    void add(long revision, int sub, byte[] bytes, int from, int size) {
      if (buffer.remaining() < HEAD_BYTES) {
        flush();
      }
      buffer.putLong(revision).putInt(sub).putInt(size);
      for (int done = 0; done < size; ) {
        if (!buffer.hasRemaining()) {
          flush();
        }
        int part = Math.min(buffer.remaining(), size - done);
        buffer.put(bytes, from + done, part);
        done += part;
      }
    }

    Run finish() {
      flush();
      try {
        return new Run(start, channel.position());
      } catch (IOException e) {
        throw cannotWrite(e);
      }
    }

    private void flush() {
      buffer.flip();
      unforced += buffer.remaining();
      try {
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        if (unforced >= FORCED_AT_ONCE) {
          unforced = 0;
          channel.force(false);
        }
      } catch (IOException e) {
        throw cannotWrite(e);
      }
      buffer.clear();
    }

    private UncheckedIOException cannotWrite(IOException e) {
      return new UncheckedIOException("cannot write a temporary file in " + directory, e);
    }
  }

  private FileChannel openFile() {
    FileChannel opened = file;
    if (opened == null) {
      try {
        Files.createDirectories(directory);
        opened =
            FileChannel.open(
                Files.createTempFile(directory, "sort", null),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot create a temporary file in " + directory, e);
      }
      file = opened;
    }
    return opened;
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close a temporary file in " + directory, e);
    }
  }

  /** Records in order; null after the last. */
  private interface Source {
    @Nullable Entry next();
  }

  private static final class MemorySource implements Source {
    private final byte[] memory;
    private final List<Place> places;
    private int position;

    MemorySource(byte[] memory, List<Place> places) {
      this.memory = memory;
      this.places = places;
    }

    @Override
    public @Nullable Entry next() {
      if (position == places.size()) {
        return null;
      }
      Place place = places.get(position++);
      int end = place.start() + place.size();
      return new Entry(
          place.revision(), place.sub(), Arrays.copyOfRange(memory, place.start(), end));
    }
  }

  /** Reads a run. */
  private static final class FileSource implements Source {
    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocate(RUN_BUFFER_BYTES).limit(0);
    private final long end;
    private long position;

    FileSource(FileChannel file, Run run) {
      this.file = file;
      this.position = run.start();
      this.end = run.end();
    }

    @Override
    public @Nullable Entry next() {
      if (position == end && !buffer.hasRemaining()) {
        return null;
      }
      byte[] head = take(HEAD_BYTES);
      ByteBuffer in = ByteBuffer.wrap(head);
      return new Entry(in.getLong(), in.getInt(), take(in.getInt()));
    }

    private byte[] take(int size) {
      byte[] bytes = new byte[size];
      for (int done = 0; done < size; ) {
        if (!buffer.hasRemaining()) {
          fill();
        }
        int part = Math.min(buffer.remaining(), size - done);
        buffer.get(bytes, done, part);
        done += part;
      }
      return bytes;
    }

    private void fill() {
      buffer.clear();
      buffer.limit((int) Math.min(buffer.capacity(), end - position));
      try {
        if (file.read(buffer, position) <= 0) {
          throw new IOException("the temporary file ends before its records");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      position += buffer.position();
      buffer.flip();
    }
  }

  /** Merges sources. */
  private static final class Merge implements Source {
    private record Head(Entry entry, Source source) {}

    private final PriorityQueue<Head> heads =
        new PriorityQueue<>((left, right) -> ORDER.compare(left.entry(), right.entry()));

    Merge(List<? extends Source> sources) {
      sources.forEach(this::advance);
    }

    private void advance(Source source) {
      Entry entry = source.next();
      if (entry != null) {
        heads.add(new Head(entry, source));
      }
    }

    @Override
    public @Nullable Entry next() {
      Head first = heads.poll();
      if (first == null) {
        return null;
      }
      advance(first.source());
      return first.entry();
    }
  }
}
