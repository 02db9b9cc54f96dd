package io.metastore.bbolt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that we write are read back, and damage is found. */
class BboltFileTest {
  @TempDir Path directory;

  static LongStream seeds() {
    Long pinned = Long.getLong("seed");
    return pinned != null ? LongStream.of(pinned) : new Random().longs(20);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void readsBackWhatWasWritten(long seed) throws IOException {
    NavigableMap<byte[], Object> content = randomBucket(new Random(seed), 3);
    Path path = directory.resolve("db");
    write(path, content);
    try (BboltFile file = BboltFile.open(path)) {
      assertThat(file.check()).isEmpty();
      assertThat(file.sizeBytes()).isEqualTo(Files.size(path));
      assertSame(file.root(), content, new Random(seed));
    }
  }

  @Test
  void emptyFileHasNoBuckets() throws IOException {
    Path path = directory.resolve("db");
    write(path, new TreeMap<>(Arrays::compareUnsigned));
    try (BboltFile file = BboltFile.open(path)) {
      assertThat(file.check()).isEmpty();
      assertThat(file.root().cursor().next()).isFalse();
      assertThat(file.root().findBucket(bytes("none"))).isNull();
    }
  }

  @Test
  void keysMustAscend() throws IOException {
    try (BboltWriter writer = BboltWriter.create(directory.resolve("db"))) {
      BucketWriter bucket = writer.bucket(bytes("b"));
      bucket.put(bytes("k"), bytes("v"));
      assertThatThrownBy(() -> bucket.put(bytes("k"), bytes("v")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void unfinishedFileIsRefused() throws IOException {
    Path path = directory.resolve("db");
    try (BboltWriter writer = BboltWriter.create(path)) {
      try (BucketWriter bucket = writer.bucket(bytes("b"))) {
        for (int i = 0; i < 100; i++) {
          bucket.put(bytes("%05d".formatted(i)), new byte[20_000]);
        }
      }
    }
    assertThatThrownBy(() -> BboltFile.open(path)).isInstanceOf(DamagedFileException.class);
  }

  @Test
  void readsWithEitherMeta() throws IOException {
    Path path = manyKeys();
    for (int damaged = 0; damaged < 2; damaged++) {
      Path copy = Files.copy(path, directory.resolve("meta" + damaged));
      overwrite(copy, damaged * 4096L + 20, new byte[] {1, 2, 3});
      try (BboltFile file = BboltFile.open(copy)) {
        assertThat(file.check()).isEmpty();
      }
    }
  }

  @Test
  void cutFileIsRefused() throws IOException {
    Path path = manyKeys();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(Files.size(path) - 4096);
    }
    assertThatThrownBy(() -> BboltFile.open(path))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("cut off");
  }

  @Test
  void pageThatIsUsedTwiceIsFound() throws IOException {
    Path path = manyKeys();
    long root = rootOfFirstBucket(path);
    // The second child of the root becomes the same page as the first.
    long firstChild = root * 4096 + Page.HEADER_BYTES + 8;
    ByteBuffer child = ByteBuffer.allocate(8);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.read(child, firstChild);
    }
    overwrite(path, firstChild + Page.ELEMENT_BYTES, child.array());
    try (BboltFile file = BboltFile.open(path)) {
      assertThat(file.check())
          .anyMatch(error -> error.contains("also used elsewhere"))
          .anyMatch(error -> error.contains("neither reachable nor free"));
    }
  }

  @Test
  void keysOutOfOrderAreFound() throws IOException {
    Path path = manyKeys();
    byte[] file = Files.readAllBytes(path);
    int at = new String(file, ISO_8859_1).indexOf("00007");
    overwrite(path, at, bytes("99999"));
    try (BboltFile damaged = BboltFile.open(path)) {
      assertThat(damaged.check()).isNotEmpty();
    }
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void damageNeverEndsInAnythingButAnIoException(long seed) throws IOException {
    Random random = new Random(seed);
    Path path = manyKeys();
    for (int i = 0; i < 20; i++) {
      byte[] noise = new byte[1 + random.nextInt(16)];
      random.nextBytes(noise);
      overwrite(path, 8192 + random.nextInt((int) Files.size(path) - 8192 - 16), noise);
    }
    try (BboltFile file = BboltFile.open(path)) {
      file.check();
    }
  }

  /** Files of etcd 3.7.3 and 3.4; {@code make-etcd-file} made them. */
  @ParameterizedTest
  @CsvSource({"etcd-3.7.db, 3.7.0", "etcd-3.4.db,"})
  void readsFilesOfEtcd(String name, @Nullable String storageVersion) throws IOException {
    Path path = directory.resolve("db");
    try (var in = requireNonNull(getClass().getResourceAsStream("/" + name))) {
      Files.copy(new GZIPInputStream(in), path);
    }
    try (BboltFile file = BboltFile.open(path)) {
      assertThat(file.check()).isEmpty();
      Bucket meta = requireNonNull(file.root().findBucket(bytes("meta")));
      byte[] found = meta.find(bytes("storageVersion"));
      assertThat(found == null ? null : new String(found, UTF_8)).isEqualTo(storageVersion);
      Bucket keys = requireNonNull(file.root().findBucket(bytes("key")));
      int count = 0;
      long largest = 0;
      for (Cursor cursor = keys.cursor(); cursor.next(); count++) {
        largest = Math.max(largest, cursor.value().length);
      }
      assertThat(count).isEqualTo(303);
      assertThat(largest).isGreaterThan(20_000);
    }
  }

  /**
   * Runs where etcdutl is: {@code bench/peers.sh} gets it, or the variable {@code ETCDUTL} names
   * it.
   */
  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void etcdutlFindsNoFault(long seed) throws Exception {
    String named = System.getenv("ETCDUTL");
    Path etcdutl = Path.of(named == null ? "../bench/target/peers/etcdutl-newest" : named);
    assumeThat(etcdutl).isExecutable();
    Path path = directory.resolve("db");
    NavigableMap<byte[], Object> content = randomBucket(new Random(seed), 2);
    content.put(
        bytes("meta"),
        new TreeMap<byte[], Object>(Arrays::compareUnsigned)); // etcdutl reads this bucket
    write(path, content);
    Process status =
        new ProcessBuilder(
                etcdutl.toAbsolutePath().toString(), "snapshot", "status", path.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(status.getInputStream().readAllBytes(), UTF_8);
    assertThat(status.waitFor()).describedAs(output).isZero();
  }

  private Path manyKeys() throws IOException {
    Path path = directory.resolve("many");
    try (BboltWriter writer = BboltWriter.create(path)) {
      try (BucketWriter bucket = writer.bucket(bytes("b"))) {
        for (int i = 0; i < 1000; i++) {
          bucket.put(bytes("%05d".formatted(i)), new byte[100]);
        }
      }
      writer.finish();
    }
    return path;
  }

  private static long rootOfFirstBucket(Path path) throws IOException {
    try (BboltFile file = BboltFile.open(path)) {
      return requireNonNull(file.root().findBucket(bytes("b"))).root();
    }
  }

  private static void overwrite(Path path, long at, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), at);
    }
  }

  /** Values are {@code byte[]} or such maps. */
  private static NavigableMap<byte[], Object> randomBucket(Random random, int depth) {
    NavigableMap<byte[], Object> bucket = new TreeMap<>(Arrays::compareUnsigned);
    int entries = random.nextInt(4) == 0 ? random.nextInt(2000) : random.nextInt(12);
    for (int i = 0; i < entries; i++) {
      byte[] key = new byte[1 + random.nextInt(random.nextInt(50) == 0 ? 5000 : 40)];
      random.nextBytes(key);
      boolean nested = depth > 0 && random.nextInt(entries) < 3;
      byte[] value = new byte[random.nextInt(random.nextInt(100) == 0 ? 50_000 : 200)];
      random.nextBytes(value);
      bucket.put(key, nested ? randomBucket(random, depth - 1) : value);
    }
    return bucket;
  }

  private static void write(Path path, NavigableMap<byte[], Object> content) throws IOException {
    try (BboltWriter writer = BboltWriter.create(path)) {
      for (Map.Entry<byte[], Object> entry : content.entrySet()) {
        // The root contains buckets only.
        try (BucketWriter bucket = writer.bucket(entry.getKey())) {
          write(bucket, entry.getValue());
        }
      }
      writer.finish();
    }
  }

  private static void write(BucketWriter bucket, Object content) throws IOException {
    if (content instanceof byte[] value) {
      bucket.put(bytes("only"), value);
      return;
    }
    bucket.setSequence(map(content).size());
    for (Map.Entry<byte[], Object> entry : map(content).entrySet()) {
      if (entry.getValue() instanceof byte[] value) {
        bucket.put(entry.getKey(), value);
      } else {
        try (BucketWriter nested = bucket.bucket(entry.getKey())) {
          write(nested, entry.getValue());
        }
      }
    }
  }

  private static void assertSame(Bucket root, NavigableMap<byte[], Object> content, Random random)
      throws IOException {
    Cursor cursor = root.cursor();
    for (Map.Entry<byte[], Object> entry : content.entrySet()) {
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.key()).isEqualTo(entry.getKey());
      if (entry.getValue() instanceof byte[] value) {
        assertThat(cursor.bucket().find(bytes("only"))).isEqualTo(value);
      } else {
        assertSameBucket(cursor.bucket(), map(entry.getValue()), random);
      }
    }
    assertThat(cursor.next()).isFalse();
  }

  private static void assertSameBucket(
      Bucket bucket, NavigableMap<byte[], Object> content, Random random) throws IOException {
    assertThat(bucket.sequence()).isEqualTo(content.size());
    Cursor cursor = bucket.cursor();
    for (Map.Entry<byte[], Object> entry : content.entrySet()) {
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.key()).isEqualTo(entry.getKey());
      if (entry.getValue() instanceof byte[] value) {
        assertThat(cursor.value()).isEqualTo(value);
      } else {
        assertSameBucket(cursor.bucket(), map(entry.getValue()), random);
      }
    }
    assertThat(cursor.next()).isFalse();
    Cursor last = bucket.cursor();
    assertThat(last.last()).isEqualTo(!content.isEmpty());
    if (!content.isEmpty()) {
      assertThat(last.key()).isEqualTo(content.lastKey());
    }
    for (int i = 0; i < 20; i++) {
      byte[] key = new byte[1 + random.nextInt(3)];
      random.nextBytes(key);
      byte[] next = content.ceilingKey(key);
      Cursor sought = bucket.cursor();
      assertThat(sought.seek(key)).isEqualTo(next != null);
      if (next != null) {
        assertThat(sought.key()).isEqualTo(next);
      }
    }
  }

  @SuppressWarnings("unchecked") // as made by randomBucket
  private static NavigableMap<byte[], Object> map(Object content) {
    return (NavigableMap<byte[], Object>) content;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
