package io.metastore.core.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
  @TempDir Path parent;

  @Test
  void spaceIsLowBeforeTheDiskIsFullAndThenTheReserveIsDeleted() throws Exception {
    Path directory = parent.resolve("disk");
    try (SmallDisk disk = SmallDisk.mount(directory, 96)) {
      DiskSpace space = new DiskSpace(directory);
      assertThat(space.isLow()).isFalse();
      space.keepReserve();
      assertThat(directory.resolve("reserve")).hasSize(DiskSpace.RESERVE_BYTES);

      disk.fill(DiskSpace.LOW_BYTES - 4096);
      space.look();
      assertThat(space.isLow()).isTrue();
      assertThat(directory.resolve("reserve")).exists();

      disk.fill(0);
      space.look();
      assertThat(directory.resolve("reserve")).doesNotExist();
      space.keepReserve();
      assertThat(directory.resolve("reserve")).as("there is no space for it").doesNotExist();

      disk.free();
      space.look();
      assertThat(space.isLow()).isFalse();
      space.keepReserve();
      assertThat(directory.resolve("reserve")).exists();
    }
  }
}
