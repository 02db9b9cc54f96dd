package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the tables of the keys agree with each other: every version is in the change log, and
 * every change has its version; pointers lead to their records; counts are right.
 *
 * <p>Reads every entry once in order and looks up its counterpart. Memory is flat. For one thread.
 */
public final class KvCheck {
  /** Changes before the first revision that anybody can ask for need not be complete. */
  private final long firstKept;

  private final Reader reader;
  private final long newest;
  private final long compacted;
  private final Consumer<String> faults;
  private final Consumer<Cursor> passed;
  private long keys;
  private long changes;

  /**
   * @param newest the newest revision according to the stored state
   * @param compacted the compacted revision; -1 if nothing was compacted
   * @param faults receives one sentence for every fault
   * @param passed is called at every entry, to show progress
   */
  public KvCheck(
      Reader reader,
      long newest,
      long compacted,
      Consumer<String> faults,
      Consumer<Cursor> passed) {
    this.reader = reader;
    this.newest = newest;
    this.compacted = compacted;
    this.firstKept = Math.max(compacted, 2);
    this.faults = faults;
    this.passed = passed;
  }

  /**
   * Checks everything.
   *
   * @param isAttached whether a key is recorded among the keys of a lease
   */
  public void run(BiPredicate<Long, ByteString> isAttached) {
    checkLatest(isAttached);
    checkHistory();
    checkChanges();
  }

  /** The number of existing keys. */
  public long keys() {
    return keys;
  }

  /** The number of changes in the change log. */
  public long changes() {
    return changes;
  }

  /** The newest version of a key; null if there is none or it cannot be decoded. */
  public static @Nullable KeyValue findNewest(Reader reader, ByteString key) {
    try {
      return KvTable.find(reader, key);
    } catch (IllegalStateException e) {
      return null; // reported as the fault of its record
    }
  }

  /** A key as text: as it is if it is printable ASCII, otherwise in hexadecimal. */
  public static String text(ByteString key) {
    String text = key.toStringUtf8();
    return text.chars().allMatch(c -> c >= ' ' && c < 0x7f)
        ? "\"" + text + "\""
        : "0x" + HexFormat.of().formatHex(key.toByteArray());
  }

  private void checkLatest(BiPredicate<Long, ByteString> isAttached) {
    byte[] countsFrom = SmallTable.COUNT.key().toBytes();
    try (Cursor latest = reader.scanOnce(Table.LATEST, Bytes.EMPTY, null);
        Cursor counts = reader.scan(Table.SMALL, countsFrom, Bytes.afterPrefix(countsFrom))) {
      Blocks blocks = new Blocks(counts);
      while (latest.next()) {
        passed.accept(latest);
        keys++;
        ByteString key = UnsafeByteOperations.unsafeWrap(latest.key());
        blocks.count(key);
        checkNewest(key, latest.value(), isAttached);
      }
      blocks.end();
    }
  }

  private void checkNewest(
      ByteString key, byte[] record, BiPredicate<Long, ByteString> isAttached) {
    StoredKey stored;
    try {
      stored = RecordCodec.decodeStored(key, record);
    } catch (IllegalStateException e) {
      faults.accept("the record of key %s cannot be decoded".formatted(text(key)));
      return;
    }
    KeyValue version = stored.version();
    checkVersion(version);
    if (version.modRevision() >= firstKept) {
      ChangeLog.Change change = findChange(version.modRevision(), stored.sub());
      if (change == null || !change.key().equals(key)) {
        faults.accept(
            "key %s was changed at revision %d, but the change log does not contain this"
                .formatted(text(key), version.modRevision()));
      }
    }
    if (version.lease() != 0 && !isAttached.test(version.lease(), key)) {
      faults.accept(
          "key %s has the lease %x, but is not among the keys of that lease"
              .formatted(text(key), version.lease()));
    }
  }

  private void checkVersion(KeyValue version) {
    boolean created = version.createRevision() == version.modRevision();
    if (version.createRevision() < 2
        || version.createRevision() > version.modRevision()
        || version.modRevision() > newest
        || version.version() < (created ? 1 : 2)) {
      faults.accept(
          ("key %s has impossible numbers: created at %d, changed at %d, version %d; the newest"
                  + " revision is %d")
              .formatted(
                  text(version.key()),
                  version.createRevision(),
                  version.modRevision(),
                  version.version(),
                  newest));
    }
  }

  private void checkHistory() {
    ByteString key = ByteString.EMPTY;
    try (Cursor history = reader.scanOnce(Table.HISTORY, Bytes.EMPTY, null)) {
      while (history.next()) {
        passed.accept(history);
        ByteString entryKey;
        long revision;
        try {
          entryKey = KvTable.historyUserKey(history.key());
          revision = KvTable.historyRevision(history.key());
        } catch (RuntimeException e) { // whatever damaged bytes lead to
          faults.accept(
              "an entry of the history has the unreadable key 0x%s".formatted(hex(history.key())));
          continue;
        }
        boolean first = !entryKey.equals(key);
        key = entryKey;
        checkEntry(key, revision, history.value(), first);
      }
    }
  }

  /**
   * @param first whether the history has no later version of the key
   */
  private void checkEntry(ByteString key, long revision, byte[] value, boolean first) {
    if (revision < 2 || revision > newest) {
      faults.accept(
          "the history of key %s has an entry at revision %d; the newest revision is %d"
              .formatted(text(key), revision, newest));
      return;
    }
    if (KvTable.isTombstone(value)) {
      return;
    }
    if (first && reader.find(Table.LATEST, key.toByteArray()) == null) {
      faults.accept(
          "key %s does not exist, but its history does not end with a deletion"
              .formatted(text(key)));
    }
    try {
      if (!KvTable.isPointer(value)) {
        checkVersion(RecordCodec.decode(key, value));
      } else if (KvTable.Pointer.decode(value).replacedBy() > compacted) {
        int sub = KvTable.Pointer.decode(value).sub();
        ChangeLog.Change change = findChange(revision, sub);
        if (change == null || change.version() == null || !change.key().equals(key)) {
          faults.accept(
              "the version of key %s at revision %d is missing".formatted(text(key), revision));
        }
      }
    } catch (IllegalStateException e) {
      faults.accept(
          "the version of key %s at revision %d cannot be decoded".formatted(text(key), revision));
    }
  }

  private void checkChanges() {
    try (Cursor log = reader.scanOnce(Table.CHANGES, Bytes.EMPTY, null)) {
      while (log.next()) {
        passed.accept(log);
        changes++;
        KeyReader place = new KeyReader(log.key());
        long revision = place.int64();
        int sub = place.int32();
        ChangeLog.Change change;
        try {
          change = ChangeLog.decode(revision, sub, log.value());
        } catch (RuntimeException e) { // whatever damaged bytes lead to
          faults.accept("change %d of revision %d cannot be decoded".formatted(sub, revision));
          continue;
        }
        if (revision > newest) {
          faults.accept(
              "the change log has revision %d; the newest revision is %d"
                  .formatted(revision, newest));
        } else if (revision >= firstKept && !hasVersion(change)) {
          faults.accept(
              "key %s was changed at revision %d, but neither it nor its history contains this"
                  .formatted(text(change.key()), revision));
        }
      }
    }
  }

  /** A transaction may change a key several times; only the last version is stored then. */
  private boolean hasVersion(ChangeLog.Change change) {
    byte[] historyKey = KvTable.historyKey(change.key(), change.revision());
    if (reader.find(Table.HISTORY, historyKey) != null) {
      return true;
    }
    KeyValue newestVersion = findNewest(reader, change.key());
    return newestVersion != null
        && newestVersion.modRevision() == change.revision()
        && (change.kind() == WatchEvent.Kind.PUT
            || newestVersion.createRevision() == change.revision());
  }

  private ChangeLog.@Nullable Change findChange(long revision, int sub) {
    try {
      return ChangeLog.find(reader, revision, sub);
    } catch (RuntimeException e) { // whatever damaged bytes lead to; reported with the change log
      return null;
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** Compares the counts of blocks with the keys, which come in the same order. */
  private final class Blocks {
    private final Cursor counts;
    private byte @Nullable [] next;
    private ByteString block = ByteString.EMPTY;
    private int stored;
    private int counted;

    Blocks(Cursor counts) {
      this.counts = counts;
      advance();
      if (next != null && next.length == 0) {
        begin(next);
      }
    }

    void count(ByteString key) {
      while (next != null && Arrays.compareUnsigned(next, key.toByteArray()) <= 0) {
        compare();
        begin(next);
      }
      counted++;
    }

    void end() {
      compare();
      while (next != null) {
        begin(next);
        compare();
      }
    }

    private void begin(byte[] first) {
      block = UnsafeByteOperations.unsafeWrap(first);
      stored = new KeyReader(counts.value()).int32();
      counted = 0;
      advance();
    }

    private void advance() {
      next = counts.next() ? Arrays.copyOfRange(counts.key(), 1, counts.key().length) : null;
    }

    private void compare() {
      if (stored != counted) {
        faults.accept(
            "the block of keys from %s on has %d keys, but is recorded with %d"
                .formatted(text(block), counted, stored));
      }
    }
  }
}
