package io.metastore.server.zookeeper;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeImage;
import io.metastore.core.node.FirstTables;
import io.metastore.core.storage.StorageOptions;
import io.metastore.core.tree.TreeImport;
import io.metastore.core.tree.TreeReader;
import io.metastore.server.zookeeper.data.DamagedFile;
import io.metastore.server.zookeeper.data.DataFiles;
import io.metastore.server.zookeeper.data.DataFiles.DataFile;
import io.metastore.server.zookeeper.data.SnapshotReader;
import io.metastore.server.zookeeper.data.TransactionLog;
import io.metastore.server.zookeeper.data.TreeDigest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Imports the data of a ZooKeeper server into the data directory of a member that has never
 * started: all nodes with their versions, times, zxids and access lists, and the sessions with
 * their passwords, so that clients continue their sessions and keep their ephemeral nodes.
 *
 * <p>Until the import has succeeded, the member's data directory looks empty to it.
 */
public final class ZookeeperImport {
  private static final long PASSWORD_MASK = 0xB3415C00L;
  private static final int PASSWORD_BYTES = 16;

  /** Its data names the servers of the old ensemble; clients would connect to them. */
  private static final String CONFIGURATION = "/zookeeper/config";

  private final Path dataDirectory;
  private final Progress progress;

  /**
   * @param dataDirectory data directory of the member
   */
  public ZookeeperImport(Path dataDirectory, Progress progress) {
    this.dataDirectory = dataDirectory;
    this.progress = progress;
  }

  /**
   * What was imported.
   *
   * @param verified whether the tree was compared with the checksum that ZooKeeper wrote; false if
   *     ZooKeeper wrote none
   */
  public record Result(long nodes, long sessions, long transactions, long zxid, boolean verified) {

    /** The result as a sentence. */
    public String text() {
      return "imported %,d nodes and %,d sessions up to zxid 0x%x; %s"
          .formatted(
              nodes,
              sessions,
              zxid,
              verified
                  ? "the tree has the checksum that ZooKeeper wrote"
                  : "ZooKeeper wrote no checksum to compare with");
    }
  }

  /**
   * Imports the newest complete snapshot and the transactions after it.
   *
   * @throws IOException if the files cannot be read, the tree differs from what ZooKeeper had, or
   *     the member already has data
   */
  public Result from(DataFiles source) throws IOException {
    for (DataFile snapshot : source.snapshots()) {
      progress.note("reading snapshot " + snapshot.path());
      try (InputStream stream = snapshot.open();
          Run run = new Run(snapshot.zxid())) {
        run.read(stream);
        for (DataFile log : source.logsAfter(snapshot.zxid())) {
          progress.note("reading transactions " + log.path());
          run.read(log.path());
        }
        long newest = source.snapshots().get(0).zxid();
        if (run.zxid < newest) {
          throw new IOException(
              "the snapshot of zxid 0x%x is damaged, and the logs after the one before it end at 0x%x"
                  .formatted(newest, run.zxid));
        }
        return run.finish();
      } catch (DamagedFile e) {
        progress.note("ignored snapshot " + snapshot.path() + ": " + e.getMessage());
      }
    }
    throw new IOException("no complete snapshot of ZooKeeper found");
  }

  /**
   * Imports a snapshot without further transactions.
   *
   * @param zxid of the last transaction in it, unless the snapshot says so itself; -1 if unknown
   */
  public Result from(InputStream snapshot, long zxid) throws IOException {
    try (Run run = new Run(zxid)) {
      run.read(snapshot);
      return run.finish();
    }
  }

  /** One attempt, with tables of its own. */
  private final class Run implements SnapshotReader.Content, TransactionLog.Content, AutoCloseable {
    private final FirstTables tables;
    private final SortedSet<Long> sessions = new TreeSet<>();
    private final TreeImport tree;
    private long zxid;
    private long transactions;
    private TreeDigest.@Nullable Expected expected;

    Run(long zxid) throws IOException {
      this.zxid = zxid;
      this.tables = FirstTables.create(dataDirectory, StorageOptions.DEFAULT);
      this.tree = new TreeImport(tables.storage());
      progress.restart();
    }

    void read(InputStream snapshot) throws IOException {
      SnapshotReader.Trailer trailer = SnapshotReader.read(snapshot, this);
      expected = trailer.digest();
      zxid = Math.max(zxid, trailer.lastZxid());
      progress.restart();
    }

    void read(Path log) throws IOException {
      TransactionLog.read(log, zxid + 1, this);
    }

    Result finish() throws IOException {
      if (zxid < 0) {
        throw new IOException("the snapshot does not say which transaction is its last");
      }
      tree.finish();
      progress.note("comparing the imported tree with the original");
      TreeDigest digest = new TreeDigest();
      long[] nodes = new long[1];
      progress.restart();
      new TreeReader(tables.storage())
          .forEachNode(
              node -> {
                nodes[0]++;
                digest.add(node);
                progress.step("nodes compared");
              });
      boolean verified = verify(digest);
      long revision = Math.max(zxid, 1);
      tables.finish(revision, revision, -1);
      return new Result(nodes[0], sessions.size(), transactions, zxid, verified);
    }

    private boolean verify(TreeDigest digest) throws IOException {
      TreeDigest.Expected wanted = expected;
      // The digest in the first snapshot of an empty server is 0 instead of that of its nodes.
      if (wanted == null
          || wanted.version() != TreeDigest.VERSION
          || wanted.zxid() != zxid
          || zxid == 0) {
        return false;
      }
      if (wanted.digest() != digest.value()) {
        throw new IOException(
            "the imported tree differs from the one that ZooKeeper had after zxid 0x%x: its checksum is %x instead of %x. Are log files missing, or was the tree changed while the snapshot was taken?"
                .formatted(zxid, digest.value(), wanted.digest()));
      }
      return true;
    }

    @Override
    public void session(long id, int timeoutMs) {
      openSession(id, timeoutMs);
    }

    @Override
    public void node(ZnodeImage node) throws IOException {
      try {
        tree.addNode(node.path().equals(CONFIGURATION) ? withoutData(node) : node);
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
      progress.step("nodes read");
    }

    @Override
    public void openSession(long id, int timeoutMs) {
      sessions.add(id);
      tree.openSession(id, timeoutMs, password(id));
    }

    @Override
    public void endSession(long id, List<String> paths, long at) {
      sessions.remove(id);
      tree.endSession(id, paths, at);
    }

    @Override
    public void create(ZnodeImage node, int creations, long at) {
      tree.create(node, creations, at);
    }

    @Override
    public void delete(String path, long at) {
      tree.delete(path, at);
    }

    @Override
    public void setData(String path, @Nullable ByteString data, int version, long at, long timeMs) {
      if (!path.equals(CONFIGURATION)) {
        tree.setData(path, data, version, at, timeMs);
      }
    }

    @Override
    public void setAcl(String path, ZnodeAcl acl, int aclVersion) {
      tree.setAcl(path, acl, aclVersion);
    }

    @Override
    public void end(long at, TreeDigest.@Nullable Expected digest) {
      zxid = at;
      expected = digest;
      transactions++;
      progress.step("transactions read");
    }

    @Override
    public void close() throws IOException {
      tables.close();
    }
  }

  private static ZnodeImage withoutData(ZnodeImage node) {
    return new ZnodeImage(
        node.path(),
        node.created(),
        node.modified(),
        node.childrenChanged(),
        node.createdMs(),
        node.modifiedMs(),
        node.version(),
        node.creations(),
        node.aclVersion(),
        node.session(),
        node.container(),
        node.ttlMs(),
        node.acl(),
        ByteString.EMPTY);
  }

  /** The password that ZooKeeper computes for a session. Source: {@code generatePasswd}. */
  static ByteString password(long session) {
    byte[] password = new byte[PASSWORD_BYTES];
    new Random(session ^ PASSWORD_MASK).nextBytes(password);
    return ByteString.copyFrom(password);
  }
}
