package io.metastore.server.zookeeper.data;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;

/**
 * Reads transaction logs of ZooKeeper. A log file ends at its first incomplete entry: files are
 * filled with zeros in advance, and a crash may leave half of an entry.
 */
public final class TransactionLog {
  /** The letters ZKLG. */
  private static final int MAGIC = 0x5a4b4c47;

  private static final int VERSION = 2;
  private static final int END_OF_ENTRY = 'B';

  private TransactionLog() {}

  /** Receives the changes of transactions, in order. */
  public interface Content {
    void openSession(long id, int timeoutMs);

    /**
     * A session ended.
     *
     * @param paths its ephemeral nodes as the leader knew them; empty before ZooKeeper 3.6
     */
    void endSession(long id, List<String> paths, long zxid);

    /**
     * A node was created.
     *
     * @param creations number of children ever created below the parent; -1 if not told
     */
    void create(ZnodeImage node, int creations, long zxid);

    void delete(String path, long zxid);

    void setData(String path, @Nullable ByteString data, int version, long zxid, long timeMs);

    void setAcl(String path, ZnodeAcl acl, int aclVersion);

    /**
     * A transaction ended.
     *
     * @param digest of the tree after it; null if not told, as before ZooKeeper 3.6
     */
    void end(long zxid, TreeDigest.@Nullable Expected digest);
  }

  /** The header of a transaction. */
  private record Header(long session, long zxid, long timeMs, int type) {}

  /**
   * Passes the transactions of one file.
   *
   * @param from transactions with a lower zxid are skipped
   * @throws DamagedFile if an entry in the middle of the file is damaged
   */
  public static void read(Path file, long from, Content content) throws IOException {
    try (InputStream stream = Compression.open(file)) {
      JuteInput in = new JuteInput(stream);
      if (in.int32() != MAGIC || in.int32() != VERSION) {
        throw new DamagedFile(file + " is not a transaction log of ZooKeeper");
      }
      in.int64(); // ID of the database; never set
      for (byte[] entry = next(in, file); entry != null; entry = next(in, file)) {
        readEntry(entry, from, content);
      }
    } catch (EOFException e) {
      // The last entry was not written completely, so nobody was told that it was.
    }
  }

  private static byte @Nullable [] next(JuteInput in, Path file) throws IOException {
    long checksum = in.int64();
    byte[] entry = in.bytes();
    if (entry == null || entry.length == 0 || in.int8() != END_OF_ENTRY) {
      return null;
    }
    Adler32 computed = new Adler32();
    computed.update(entry);
    if (computed.getValue() != checksum) {
      throw new DamagedFile("an entry of " + file + " has a wrong checksum");
    }
    return entry;
  }

  private static void readEntry(byte[] entry, long from, Content content) throws IOException {
    JuteInput in = new JuteInput(new ByteArrayInputStream(entry));
    long session = in.int64();
    in.int32(); // the client's number of the request
    Header header = new Header(session, in.int64(), in.int64(), in.int32());
    if (header.zxid() < from) {
      return;
    }
    record(header, header.type(), in, content);
    TreeDigest.Expected digest =
        in.isAtEnd() ? null : new TreeDigest.Expected(header.zxid(), in.int32(), in.int64());
    content.end(header.zxid(), digest);
  }

  /** Reads one record; the numbers are those of {@code ZooDefs.OpCode}. */
  private static void record(Header header, int type, JuteInput in, Content content)
      throws IOException {
    switch (type) {
      case -10 -> content.openSession(header.session(), in.int32());
      case -11 ->
          content.endSession(
              header.session(), in.isAtEnd() ? List.of() : in.texts(), header.zxid());
      case 1, 15 -> create(header, in, content);
      case 19 -> createContainer(header, in, content);
      case 21 -> createWithTtl(header, in, content);
      case 2, 20 -> content.delete(in.text(), header.zxid());
      case 5, 16 ->
          content.setData(in.text(), in.data(), in.int32(), header.zxid(), header.timeMs());
      case 7 -> content.setAcl(in.text(), in.acl(), in.int32());
      case 13 -> { // a check changes nothing
        in.text();
        in.int32();
      }
      case 14 -> multi(header, in, content);
      case -1 -> in.int32(); // a failed request
      default -> throw new DamagedFile("unknown type " + type + " of a transaction");
    }
  }

  private static void create(Header header, JuteInput in, Content content) throws IOException {
    String path = in.text();
    ByteString data = in.data();
    ZnodeAcl acl = in.acl();
    long owner = in.bool() ? header.session() : 0;
    int creations = in.isAtEnd() ? -1 : in.int32();
    content.create(node(header, path, owner, data, acl), creations, header.zxid());
  }

  private static void createContainer(Header header, JuteInput in, Content content)
      throws IOException {
    ZnodeImage node = node(header, in.text(), Owner.CONTAINER, in.data(), in.acl());
    content.create(node, in.int32(), header.zxid());
  }

  private static void createWithTtl(Header header, JuteInput in, Content content)
      throws IOException {
    String path = in.text();
    ByteString data = in.data();
    ZnodeAcl acl = in.acl();
    int creations = in.int32();
    long owner = Owner.ofTtl(in.int64());
    content.create(node(header, path, owner, data, acl), creations, header.zxid());
  }

  /** A node that was just created. */
  private static ZnodeImage node(
      Header header, String path, long owner, @Nullable ByteString data, ZnodeAcl acl) {
    return new ZnodeImage(
        path,
        header.zxid(),
        header.zxid(),
        header.zxid(),
        header.timeMs(),
        header.timeMs(),
        0,
        0,
        0,
        Owner.session(owner),
        Owner.isContainer(owner),
        Owner.ttlMs(owner),
        acl,
        data);
  }

  /** All parts of a request that failed are logged as failures. */
  private static void multi(Header header, JuteInput in, Content content) throws IOException {
    int count = in.int32();
    List<Integer> types = new ArrayList<>();
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      types.add(in.int32());
      byte[] part = in.bytes();
      parts.add(part == null ? new byte[0] : part);
    }
    if (types.contains(-1)) {
      return;
    }
    for (int i = 0; i < count; i++) {
      record(header, types.get(i), new JuteInput(new ByteArrayInputStream(parts.get(i))), content);
    }
  }
}
