package io.metastore.core.machine;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.kv.KvCheck;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.lock.LockTable;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.tree.TreeCheck;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Checks all tables of a member that does not change them meanwhile. A fault is a sentence for the
 * person who operates the member. For one thread.
 */
public final class TableCheck {
  private final Reader reader;
  private final Consumer<String> faults;
  private final LongConsumer progress;
  private long bytes;

  /**
   * What the tables contain.
   *
   * @param index Raft log index of the last entry that they contain
   */
  public record Contents(
      long index, long revision, long compacted, long keys, long changes, long znodes) {}

  /**
   * @param faults receives one sentence for every fault
   * @param progress receives the bytes of keys and values checked so far
   */
  public TableCheck(Reader reader, Consumer<String> faults, LongConsumer progress) {
    this.reader = reader;
    this.faults = faults;
    this.progress = progress;
  }

  /** Checks everything. */
  public Contents run() {
    StoreState state = StoreState.read(reader);
    if (state.compacted() > state.revision()) {
      faults.accept(
          "the compacted revision %d is later than the newest revision %d"
              .formatted(state.compacted(), state.revision()));
    }
    KvCheck keys = new KvCheck(reader, state.revision(), state.compacted(), faults, this::passed);
    keys.run((lease, key) -> LeaseTable.isAttached(reader, lease, key));
    checkLeaseKeys();
    checkLocks();
    TreeCheck tree = new TreeCheck(reader, faults, this::passed);
    tree.run();
    return new Contents(
        state.index(),
        state.revision(),
        state.compacted(),
        keys.keys(),
        keys.changes(),
        tree.nodes());
  }

  private void passed(Cursor cursor) {
    bytes += cursor.key().length + cursor.value(Bytes.EMPTY);
    progress.accept(bytes);
  }

  private void checkLeaseKeys() {
    byte[] prefix = SmallTable.LEASE_KEY.key().toBytes();
    try (Cursor rows = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (rows.next()) {
        passed(rows);
        KeyReader row = new KeyReader(rows.key()).skip(1);
        long lease = row.int64();
        ByteString key = row.bytes();
        KeyValue version = KvCheck.findNewest(reader, key);
        if (LeaseTable.find(reader, lease) == null) {
          faults.accept(
              "key %s is recorded for lease %x, which does not exist"
                  .formatted(KvCheck.text(key), lease));
        } else if (version == null || version.lease() != lease) {
          faults.accept(
              "key %s is recorded for lease %x, but does not have it"
                  .formatted(KvCheck.text(key), lease));
        }
      }
    }
  }

  private void checkLocks() {
    LockTable.forEach(
        reader,
        place -> {
          KeyValue version = KvCheck.findNewest(reader, place.key());
          if (version == null || version.createRevision() != place.token()) {
            faults.accept(
                "key %s is recorded as a place in a lock's queue since revision %d, but was not"
                        .formatted(KvCheck.text(place.key()), place.token())
                    + " created then");
          }
        });
  }
}
