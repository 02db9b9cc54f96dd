package io.metastore.server.zookeeper.data;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * ZooKeeper's checksum over a whole tree: the sum of a checksum for each node. ZooKeeper writes it
 * with each transaction and snapshot, so an imported tree can be compared with the original.
 * Source: {@code DigestCalculator}.
 */
public final class TreeDigest {
  /** The version of the calculation; others are not known here. */
  public static final int VERSION = 2;

  private static final int STAT_BYTES = 60;

  private long sum;

  /**
   * A digest as found in a file.
   *
   * @param zxid the last transaction in the tree
   */
  public record Expected(long zxid, int version, long digest) {}

  /** Adds a node. The nodes below {@code /zookeeper} count as nothing: servers may differ there. */
  public void add(ZnodeImage node) {
    String path = node.path();
    ByteString data = node.data();
    if (path.startsWith("/zookeeper/")) {
      return;
    }
    CRC32 crc = new CRC32();
    crc.update((path.equals("/") ? "" : path).getBytes(StandardCharsets.UTF_8));
    if (data != null) {
      crc.update(data.asReadOnlyByteBuffer());
    }
    crc.update(
        ByteBuffer.allocate(STAT_BYTES)
            .putLong(node.created())
            .putLong(node.modified())
            .putLong(node.childrenChanged())
            .putLong(node.createdMs())
            .putLong(node.modifiedMs())
            .putInt(node.version())
            .putInt(node.creations())
            .putInt(node.aclVersion())
            .putLong(Owner.of(node))
            .flip());
    sum += crc.getValue();
  }

  /** The digest of the nodes so far. */
  public long value() {
    return sum;
  }
}
