package io.metastore.server.zookeeper.data;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeImage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.Adler32;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;

/** Reads a snapshot of ZooKeeper from a stream. */
public final class SnapshotReader {
  /** The letters ZKSN. */
  static final int MAGIC = 0x5a4b534e;

  static final int VERSION = 2;

  /** ID of the access list that permits everything. */
  static final long OPEN_ACL = -1;

  static final String SEAL = "/";

  private final PushbackInputStream source;
  private final CheckedInputStream checked;
  private final JuteInput in;

  private SnapshotReader(InputStream stream) {
    this.source = new PushbackInputStream(stream);
    this.checked = new CheckedInputStream(source, new Adler32());
    this.in = new JuteInput(checked);
  }

  /** Receives the content of a snapshot: first all sessions, then all nodes. */
  public interface Content {
    /** A session and its timeout. */
    void session(long id, int timeoutMs) throws IOException;

    /** A node; comes after its parent. */
    void node(ZnodeImage node) throws IOException;
  }

  /**
   * What a snapshot says about itself at its end.
   *
   * @param digest null if it has none, as before ZooKeeper 3.6
   * @param lastZxid -1 if it has none, as before ZooKeeper 3.9
   */
  public record Trailer(TreeDigest.@Nullable Expected digest, long lastZxid) {}

  /**
   * Reads a whole snapshot.
   *
   * @param stream not compressed; buffered by the caller
   * @throws DamagedFile if this is not a complete snapshot; {@code content} may have received some
   *     of it
   */
  public static Trailer read(InputStream stream, Content content) throws IOException {
    try {
      return new SnapshotReader(stream).read(content);
    } catch (EOFException e) {
      throw new DamagedFile("the snapshot ends early");
    }
  }

  private Trailer read(Content content) throws IOException {
    int magic = in.int32();
    int version = in.int32();
    if (magic != MAGIC || version != VERSION) {
      throw new DamagedFile("not a snapshot of ZooKeeper");
    }
    in.int64(); // ID of the database; never set
    for (int left = in.int32(); left > 0; left--) {
      content.session(in.int64(), in.int32());
    }
    Map<Long, ZnodeAcl> acls = new HashMap<>();
    for (int left = in.int32(); left > 0; left--) {
      acls.put(in.int64(), in.acl());
    }
    for (String path = in.text(); !path.equals(SEAL); path = in.text()) {
      node(path.isEmpty() ? "/" : path, acls, content);
    }
    // The path "/" belongs to the nodes; the checksum follows it.
    checkSeal();
    TreeDigest.Expected digest = null;
    long lastZxid = -1;
    if (hasMore()) {
      digest = new TreeDigest.Expected(in.int64(), in.int32(), in.int64());
      checkSeal();
      if (hasMore()) {
        lastZxid = in.int64();
        checkSeal();
      }
    }
    return new Trailer(digest, lastZxid);
  }

  private void node(String path, Map<Long, ZnodeAcl> acls, Content content) throws IOException {
    ByteString data = in.data();
    long aclId = in.int64();
    ZnodeAcl acl = aclId == OPEN_ACL ? ZnodeAcl.OPEN : acls.get(aclId);
    if (acl == null) {
      throw new DamagedFile("the snapshot lacks access list " + aclId + " of " + path);
    }
    long created = in.int64();
    long modified = in.int64();
    long createdMs = in.int64();
    long modifiedMs = in.int64();
    int version = in.int32();
    int creations = in.int32();
    int aclVersion = in.int32();
    long owner = in.int64();
    long childrenChanged = in.int64();
    content.node(
        new ZnodeImage(
            path,
            created,
            modified,
            childrenChanged,
            createdMs,
            modifiedMs,
            version,
            creations,
            aclVersion,
            Owner.session(owner),
            Owner.isContainer(owner),
            Owner.ttlMs(owner),
            acl,
            data));
  }

  private void checkSeal() throws IOException {
    long computed = checked.getChecksum().getValue();
    if (in.int64() != computed || !in.text().equals(SEAL)) {
      throw new DamagedFile("the checksum of the snapshot is wrong");
    }
  }

  private boolean hasMore() throws IOException {
    int next = source.read();
    if (next >= 0) {
      source.unread(next);
    }
    return next >= 0;
  }
}
