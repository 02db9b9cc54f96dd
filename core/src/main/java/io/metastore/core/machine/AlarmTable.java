package io.metastore.core.machine;

import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.Command;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The raised alarms, and the commands that fail while they are raised.
 *
 * <p>Layout in {@link Table#SMALL}: {@code w} ‖ int8 kind ‖ int64 member id → nothing.
 */
final class AlarmTable {
  private AlarmTable() {}

  /** Raises or clears an alarm. Clearing an alarm that is not raised does nothing. */
  static Outcome apply(ChangeAlarm change, ApplyContext context) {
    byte[] key = key(change.getAlarm());
    boolean raisedBefore = context.writes().find(Table.SMALL, key) != null;
    if (change.getRaised() && !raisedBefore) {
      raise(context.writes(), change.getAlarm());
    } else if (!change.getRaised() && raisedBefore) {
      context.writes().delete(Table.SMALL, key);
    }
    context.alarmsChanged();
    return new Outcome.AlarmChanged(context.revision(), change.getRaised() || raisedBefore);
  }

  /** Raises an alarm. */
  static void raise(WriteSet writes, Alarm alarm) {
    writes.put(Table.SMALL, key(alarm), Bytes.EMPTY);
  }

  /** All raised alarms, ordered by kind and member. */
  static List<Alarm> read(Reader reader) {
    byte[] prefix = SmallTable.ALARM.key().toBytes();
    List<Alarm> alarms = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        KeyReader key = new KeyReader(cursor.key()).skip(1);
        alarms.add(Alarm.newBuilder().setKindValue(key.int8()).setMemberId(key.int64()).build());
      }
    }
    return List.copyOf(alarms);
  }

  /** Why the given alarms refuse a command; null if they do not. */
  static @Nullable Failure findRefusal(List<Alarm> raised, Command command) {
    for (Alarm alarm : raised) {
      if (alarm.getKind() == Alarm.Kind.CORRUPT && isRefusedWhenCorrupt(command)) {
        return Failure.of(FailureCode.CORRUPT, "member", Long.toHexString(alarm.getMemberId()));
      }
    }
    for (Alarm alarm : raised) {
      if (alarm.getKind() == Alarm.Kind.NOSPACE && SpaceCost.of(command) > 0) {
        return Failure.of(FailureCode.NO_SPACE, "member", Long.toHexString(alarm.getMemberId()));
      }
    }
    return null;
  }

  /**
   * Source: etcd's {@code applierV3Corrupt}. Commands that members propose on their own are not
   * refused.
   */
  private static boolean isRefusedWhenCorrupt(Command command) {
    return switch (command.getKindCase()) {
      case TXN,
          GRANT_LEASE,
          NEW_CLIENT,
          REVOKE_LEASE,
          COMPACT,
          ACQUIRE,
          RELEASE,
          END_SESSION,
          TREE_CHANGE,
          REAP_NODE ->
          true;
      case CHECKPOINT_LEASES,
          MEMBER_NOTE,
          MOVE_PEER,
          ADD_PEER,
          DROP_PEER,
          WITHDRAW,
          AUTH_CHANGE,
          LOGIN,
          CHANGE_ALARM,
          HASH_POINT,
          // Reading znodes requires a session.
          OPEN_SESSION,
          ATTACH_SESSION,
          KIND_NOT_SET ->
          false;
    };
  }

  private static byte[] key(Alarm alarm) {
    return SmallTable.ALARM.key().int8(alarm.getKindValue()).int64(alarm.getMemberId()).toBytes();
  }
}
