package io.metastore.core.tree;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The limits or the statistics of a quota, as ZooKeeper writes them: {@code
 * count=3,bytes=100=;byteHardLimit=200;countHardLimit=5}.
 *
 * @param nodes soft limit or current number of nodes; {@link #NONE} if missing, as for the others
 * @param bytes soft limit or current bytes of data
 */
record QuotaText(long nodes, long bytes, long nodesHard, long bytesHard) {
  static final long NONE = -1;

  private static final Pattern SEPARATOR = Pattern.compile("[,;]+");
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");

  /** Clients can write any text: a part that is not valid counts as missing. */
  static QuotaText parse(String text) {
    Map<String, Long> numbers = new TreeMap<>();
    for (String part : SEPARATOR.split(text, 0)) {
      String[] pair = part.split("=", 0);
      if (pair.length == 2 && NUMBER.matcher(pair[1]).matches()) {
        numbers.put(pair[0], Long.parseLong(pair[1]));
      }
    }
    return new QuotaText(
        numbers.getOrDefault("count", NONE),
        numbers.getOrDefault("bytes", NONE),
        numbers.getOrDefault("countHardLimit", NONE),
        numbers.getOrDefault("byteHardLimit", NONE));
  }

  /** The text of a statistics node. */
  static String ofUse(long nodes, long bytes) {
    return "count=" + nodes + ",bytes=" + bytes;
  }
}
