package io.metastore.server.zookeeper.data;

import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Adler32;
import java.util.zip.CheckedOutputStream;

/**
 * Writes a snapshot from which ZooKeeper 3.5 or newer can start. Call {@link #sessions}, {@link
 * #acls}, {@link #node} for each node, and {@link #end}, in this order.
 */
public final class SnapshotWriter {
  private final CheckedOutputStream checked;
  private final JuteOutput out;
  private final Map<ZnodeAcl, Long> aclIds = new HashMap<>();
  private final TreeDigest digest = new TreeDigest();

  /**
   * Begins a snapshot.
   *
   * @param stream buffered and closed by the caller
   */
  public SnapshotWriter(OutputStream stream) throws IOException {
    this.checked = new CheckedOutputStream(stream, new Adler32());
    this.out = new JuteOutput(checked);
    out.int32(SnapshotReader.MAGIC);
    out.int32(SnapshotReader.VERSION);
    out.int64(-1);
  }

  /**
   * Writes the sessions.
   *
   * @param timeoutsMs by ID
   */
  public void sessions(Map<Long, Integer> timeoutsMs) throws IOException {
    out.int32(timeoutsMs.size());
    for (Map.Entry<Long, Integer> session : timeoutsMs.entrySet()) {
      out.int64(session.getKey());
      out.int32(session.getValue());
    }
  }

  /** Writes the access lists; {@link ZnodeAcl#OPEN} need not be among them. */
  public void acls(List<ZnodeAcl> acls) throws IOException {
    out.int32(acls.size());
    for (ZnodeAcl acl : acls) {
      aclIds.put(acl, aclIds.size() + 1L);
      out.int64(aclIds.size());
      out.acl(acl);
    }
  }

  /**
   * Writes a node, after its parent.
   *
   * @throws IllegalArgumentException if its access list was not written
   */
  public void node(ZnodeImage node) throws IOException {
    Long aclId =
        node.acl().equals(ZnodeAcl.OPEN) ? SnapshotReader.OPEN_ACL : aclIds.get(node.acl());
    if (aclId == null) {
      throw new IllegalArgumentException("unknown access list of " + node.path());
    }
    digest.add(node);
    out.text(node.path().equals("/") ? "" : node.path());
    out.data(node.data());
    out.int64(aclId);
    out.int64(node.created());
    out.int64(node.modified());
    out.int64(node.createdMs());
    out.int64(node.modifiedMs());
    out.int32(node.version());
    out.int32(node.creations());
    out.int32(node.aclVersion());
    out.int64(Owner.of(node));
    out.int64(node.childrenChanged());
  }

  /**
   * Ends the snapshot.
   *
   * @param zxid the last transaction contained
   */
  public void end(long zxid) throws IOException {
    out.text(SnapshotReader.SEAL);
    seal();
    out.int64(zxid);
    out.int32(TreeDigest.VERSION);
    out.int64(digest.value());
    seal();
    out.int64(zxid);
    seal();
    checked.flush();
  }

  private void seal() throws IOException {
    out.int64(checked.getChecksum().getValue());
    out.text(SnapshotReader.SEAL);
  }
}
