package io.metastore.core.tree;

import com.google.protobuf.ByteString;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.WriteSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits for the number of nodes and the bytes of data in a subtree. A client sets a quota for
 * {@code /a} by creating {@code /zookeeper/quota/a/zookeeper_limits}, and beside it {@code
 * zookeeper_stats}, whose data is kept up to date here. If several quotas apply to a node, only the
 * one of the deepest subtree counts.
 *
 * <p>Source: ZooKeeper's {@code Quotas}, {@code DataTree} and {@code ZooKeeperServer.checkQuota}.
 */
final class Quotas {
  static final String ROOT = "/zookeeper/quota";

  private static final Logger LOG = LoggerFactory.getLogger(Quotas.class);
  private static final String LIMITS = "/zookeeper_limits";
  private static final String STATS = "/zookeeper_stats";

  private Quotas() {}

  /** Whether the node contains the limits of a quota. */
  static boolean isLimit(String path) {
    return isBelow(path, LIMITS);
  }

  private static boolean isBelow(String path, String name) {
    return path.startsWith(ROOT + "/")
        && path.endsWith(name)
        && path.length() > ROOT.length() + name.length();
  }

  /**
   * Whether a hard limit is exceeded after a change, even if the change makes the subtree smaller.
   * Logs a warning if it is the change that exceeds a soft limit.
   *
   * @param nodes change of the number of nodes
   * @param bytes change of the bytes of data
   */
  static boolean isExceeded(Reader reader, String path, long nodes, long bytes) {
    String subtree = findSubtree(reader, path);
    if (subtree == null) {
      return false;
    }
    QuotaText limits = read(reader, ROOT + subtree + LIMITS);
    QuotaText used = read(reader, ROOT + subtree + STATS);
    warn(subtree, "nodes", limits.nodes(), used.nodes(), nodes);
    warn(subtree, "bytes", limits.bytes(), used.bytes(), bytes);
    return exceeds(limits.nodesHard(), used.nodes(), nodes)
        || exceeds(limits.bytesHard(), used.bytes(), bytes);
  }

  private static boolean exceeds(long limit, long used, long change) {
    return limit != QuotaText.NONE && change != 0 && used + change > limit;
  }

  private static void warn(String subtree, String unit, long limit, long used, long change) {
    if (used <= limit && exceeds(limit, used, change)) {
      LOG.atWarn()
          .addKeyValue("path", subtree)
          .addKeyValue("limit-" + unit, limit)
          .addKeyValue("used-" + unit, used + change)
          .log("the soft limit of a znode quota is exceeded");
    }
  }

  /** Updates the statistics of the quota that applies to a changed node. */
  static void changed(WriteSet writes, String path, long nodes, long bytes) {
    if (nodes > 0 && isBelow(path, STATS)) {
      String subtree = path.substring(ROOT.length(), path.length() - STATS.length());
      ZnodeTable.Usage usage = ZnodeTable.usage(writes, subtree);
      write(writes, path, usage.nodes(), usage.bytes());
    }
    String subtree = findSubtree(writes, path);
    if (subtree != null) {
      String stats = ROOT + subtree + STATS;
      QuotaText used = read(writes, stats);
      write(writes, stats, used.nodes() + nodes, used.bytes() + bytes);
    }
  }

  /** The deepest subtree that contains the node and has a quota; null if there is none. */
  private static @Nullable String findSubtree(Reader reader, String path) {
    if (ZnodeTable.totals(reader).getQuotas() == 0) {
      return null;
    }
    for (String prefix = path; !Paths.isRoot(prefix); prefix = Paths.parent(prefix)) {
      if (ZnodeTable.find(reader, ROOT + prefix + LIMITS) != null) {
        return prefix;
      }
    }
    return null;
  }

  private static QuotaText read(Reader reader, String path) {
    ByteString data = ZnodeTable.findData(reader, path);
    return QuotaText.parse(data == null ? "" : data.toStringUtf8());
  }

  /** Sets the data of a statistics node. Its version stays, and no watch is triggered. */
  private static void write(WriteSet writes, String path, long nodes, long bytes) {
    Znode node = ZnodeTable.find(writes, path);
    if (node == null) {
      return; // deleted by a client
    }
    ByteString data = Paths.utf8(QuotaText.ofUse(nodes, bytes));
    ZnodeTable.put(writes, path, node, node.toBuilder().setDataLength(data.size()).build());
    ZnodeTable.putData(writes, path, data);
  }
}
