package io.metastore.core.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionSortTest {
  @TempDir Path directory;

  /** In memory, in some runs, and in so many that they are merged in two rounds. */
  @ParameterizedTest
  @ValueSource(longs = {1 << 30, 50_000, 1_000})
  void sortsByRevisionAndSub(long runBytes) {
    Random random = new Random(1);
    List<String> expected = new ArrayList<>();
    try (VersionSort sort = new VersionSort(directory, runBytes)) {
      for (int i = 0; i < 5000; i++) {
        long revision = random.nextInt(2000);
        byte[] bytes = new byte[random.nextInt(random.nextInt(100) == 0 ? 100_000 : 50)];
        random.nextBytes(bytes);
        expected.add(text(revision, i, bytes));
        sort.add(revision, i, bytes.length).put(bytes);
      }
      expected.sort(null);
      List<String> sorted = new ArrayList<>();
      for (var entry = sort.next(); entry != null; entry = sort.next()) {
        sorted.add(text(entry.revision, entry.sub, entry.bytes));
      }
      assertThat(sorted).isEqualTo(expected);
    }
    assertThat(directory).isEmptyDirectory();
  }

  private static String text(long revision, int sub, byte[] bytes) {
    return "%05d %05d %s".formatted(revision, sub, Arrays.hashCode(bytes));
  }
}
