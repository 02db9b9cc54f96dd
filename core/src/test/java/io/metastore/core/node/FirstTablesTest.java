package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.TreeView;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeImage;
import io.metastore.core.command.AttachSession;
import io.metastore.core.command.Command;
import io.metastore.core.storage.StorageOptions;
import io.metastore.core.tree.TreeImport;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstTablesTest {
  /** Far above the index of any log: as ZooKeeper's, with the epoch in the upper half. */
  private static final long ZXID = 0x5_0000_0007L;

  private static final long SESSION = 0x1234L;
  private static final ByteString PASSWORD = ByteString.copyFromUtf8("0123456789abcdef");

  @TempDir Path directory;

  @Test
  void theClusterStartsWithTheTablesOfTheMemberThatHasMost() throws Exception {
    fill(directory.resolve("m0"), ZXID - 5, "old");
    fill(directory.resolve("m1"), ZXID, "new");
    fill(directory.resolve("m2"), ZXID, "new");
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      cluster.awaitOneState();
      for (int member = 0; member < 3; member++) {
        assertThat(data(cluster.node(member))).isEqualTo("new");
      }
      Outcome attached = attach(cluster.node(0));
      assertThat(attached).isInstanceOf(Outcome.SessionAttached.class);
      assertThat(attached.revision()).isEqualTo(ZXID);
      for (int member = 0; member < 3; member++) {
        cluster.stop(member);
      }
      cluster.startAll().awaitOneState();
      assertThat(data(cluster.node(0))).isEqualTo("new");
    }
  }

  @Test
  void anUnfinishedImportLeavesNothingAndAFinishedOneIsNotOverwritten() throws Exception {
    Path member = directory.resolve("m0");
    FirstTables.create(member, StorageOptions.DEFAULT).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(member)))
        .isEqualTo("rwx------");
    fill(member, ZXID, "x");
    assertThatThrownBy(() -> FirstTables.create(member, StorageOptions.DEFAULT))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("already contains data");
  }

  private static void fill(Path dataDirectory, long zxid, String data) throws Exception {
    try (FirstTables tables = FirstTables.create(dataDirectory, StorageOptions.DEFAULT)) {
      TreeImport tree = new TreeImport(tables.storage());
      tree.openSession(SESSION, 30_000, PASSWORD);
      tree.addNode(node("/", zxid, 0, null));
      tree.addNode(node("/a", zxid, SESSION, ByteString.copyFromUtf8(data)));
      tree.finish();
      tables.finish(zxid, zxid, -1);
    }
  }

  private static ZnodeImage node(String path, long zxid, long session, @Nullable ByteString data) {
    return new ZnodeImage(
        path, zxid, zxid, zxid, 0, 0, 0, 0, 0, session, false, 0, ZnodeAcl.OPEN, data);
  }

  private static Outcome attach(Node node) throws Exception {
    return node.submit(
            Command.newBuilder()
                .setAttachSession(
                    AttachSession.newBuilder()
                        .setSession(SESSION)
                        .setPassword(PASSWORD)
                        .setAttachment(1))
                .build())
        .get(60, TimeUnit.SECONDS);
  }

  private static String data(Node node) throws Exception {
    try (ReadView view = node.view(Consistency.SERIALIZABLE).get(60, TimeUnit.SECONDS)) {
      TreeView tree = view.tree();
      assertThat(tree.children("/")).isEqualTo(List.of("a"));
      assertThat(tree.ephemerals(SESSION)).isEqualTo(List.of("/a"));
      ByteString found = tree.findData("/a");
      return found == null ? "" : found.toStringUtf8();
    }
  }
}
