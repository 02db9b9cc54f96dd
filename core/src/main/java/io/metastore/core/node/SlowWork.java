package io.metastore.core.node;

import io.metastore.core.api.Meters;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Range;
import io.metastore.core.command.Slice;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a warning when applying a log entry, or a read, takes long: etcd's log line {@code apply
 * request took too long}. Thread-safe.
 */
final class SlowWork {
  private static final Logger LOG = LoggerFactory.getLogger(SlowWork.class);

  private static final int KEY_LENGTH_MAX = 256;

  private final Duration expected;
  private final long expectedNanos;
  private final Meters meters;

  SlowWork(Duration expected, Meters meters) {
    this.expected = expected;
    this.expectedNanos = expected.toNanos();
    this.meters = meters;
  }

  /**
   * Reports an applied entry.
   *
   * @param startNanos when applying began
   */
  void applied(long startNanos, long index, CommandBatch batch) {
    long took = System.nanoTime() - startNanos;
    if (took > expectedNanos) {
      warn(took, "", describe(index, batch));
    }
  }

  /** Reports a range read. */
  void read(long startNanos, Range range) {
    long took = System.nanoTime() - startNanos;
    if (took > expectedNanos) {
      warn(took, "read-only range ", describe(range));
    }
  }

  /** Reports a read-only transaction. */
  void readTxn(long startNanos, int operations) {
    long took = System.nanoTime() - startNanos;
    if (took > expectedNanos) {
      warn(took, "read-only txn ", "operations:" + operations);
    }
  }

  private void warn(long tookNanos, String prefix, String request) {
    meters.slowApplies.increment();
    LOG.atWarn()
        .addKeyValue("took", Duration.ofNanos(tookNanos))
        .addKeyValue("expected-duration", expected)
        .addKeyValue("prefix", prefix)
        .addKeyValue("request", request)
        .log("apply request took too long");
  }

  /**
   * Describes an entry, which holds many requests: {@code index:7 bytes:310 txn:2 grant_lease:1}.
   */
  private static String describe(long index, CommandBatch batch) {
    Map<Command.KindCase, Integer> counts = new EnumMap<>(Command.KindCase.class);
    for (Slice slice : batch.getSlicesList()) {
      for (Command command : slice.getCommandsList()) {
        counts.merge(command.getKindCase(), 1, Integer::sum);
      }
    }
    StringJoiner text = new StringJoiner(" ");
    text.add("index:" + index).add("bytes:" + batch.getSerializedSize());
    counts.forEach((kind, count) -> text.add(kind.name().toLowerCase(Locale.ROOT) + ":" + count));
    return text.toString();
  }

  private static String describe(Range range) {
    return "key:\""
        + text(range.getKey().toStringUtf8())
        + "\" range_end:\""
        + text(range.getRangeEnd().toStringUtf8())
        + "\" limit:"
        + range.getLimit()
        + " revision:"
        + range.getRevision();
  }

  private static String text(String key) {
    return key.length() <= KEY_LENGTH_MAX ? key : key.substring(0, KEY_LENGTH_MAX) + "…";
  }
}
