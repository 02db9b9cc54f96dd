package io.metastore.core.lock;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.command.Acquire;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The queues of the locks in use.
 *
 * <p>Layout in {@link Table#SMALL}: {@code q} ‖ escaped lock name ‖ int64 create revision of the
 * place → int8 mode ‖ int8 held ‖ the place's key.
 *
 * <p>A lock's places are all keys below {@code name/}, in the order of their creation, whoever made
 * them: a key put by a client-side mutex is an exclusive place like any other. A place is held when
 * no earlier place conflicts with it, so the queue is fair and a stream of shared holders cannot
 * starve an exclusive waiter. The create revision is the fencing token: it grows from holder to
 * holder.
 *
 * <p>Owned by the apply thread. The names of locks in use are kept in memory, so that keys that are
 * no lock's business cost no look-up; they are derived from the table and therefore the same on
 * every replica.
 */
public final class LockTable {
  private static final byte SEPARATOR = '/';

  private final Set<ByteString> active = new HashSet<>();

  /**
   * One place in a queue.
   *
   * @param token create revision of {@code key}
   */
  public record Place(
      ByteString name, ByteString key, long token, Acquire.Mode mode, boolean held) {}

  /** Reads the names of the locks in use from the table. */
  public LockTable(Reader reader) {
    byte[] prefix = SmallTable.LOCK.key().toBytes();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        active.add(decode(cursor.key(), cursor.value()).name());
      }
    }
  }

  /** The key of the place that {@code lease} takes in the queue of {@code name}. */
  public static ByteString placeKey(ByteString name, long lease) {
    return contendersPrefix(name).concat(ByteString.copyFromUtf8(Long.toHexString(lease)));
  }

  /** What the keys of all places of a lock start with. */
  public static ByteString contendersPrefix(ByteString name) {
    return name.concat(ByteString.copyFrom(new byte[] {SEPARATOR}));
  }

  public boolean isActive(ByteString name) {
    return active.contains(name);
  }

  /**
   * Starts to follow a lock.
   *
   * @param contenders the keys below {@code name/} that exist already
   */
  public void activate(WriteSet writes, ByteString name, List<KeyValue> contenders) {
    active.add(name);
    for (KeyValue contender : contenders) {
      put(writes, newPlace(name, contender, Acquire.Mode.EXCLUSIVE));
    }
  }

  /**
   * Adds a place at the end of the queue of an active lock. For locks whose names are prefixes of
   * this one's it is a key like any other.
   */
  public void add(WriteSet writes, ByteString name, KeyValue place, Acquire.Mode mode) {
    created(writes, place);
    put(writes, newPlace(name, place, mode));
  }

  /** Takes notice of a key that was created by something other than {@link #add}. */
  public void created(WriteSet writes, KeyValue created) {
    for (ByteString name : locksAbove(created.key())) {
      put(writes, newPlace(name, created, Acquire.Mode.EXCLUSIVE));
    }
  }

  /**
   * Takes notice of a deleted key: its places are gone.
   *
   * @return the locks that lost a place; the caller must {@link #grant} each once the command is
   *     done, and not before, because what else it deletes must not hold a lock in between
   */
  public List<ByteString> deleted(WriteSet writes, KeyValue deleted, List<LockEvent> events) {
    List<ByteString> names = locksAbove(deleted.key());
    for (ByteString name : names) {
      writes.delete(Table.SMALL, tableKey(name, deleted.createRevision(), deleted.key()));
    }
    if (!names.isEmpty()) {
      events.add(new LockEvent(LockEvent.Kind.GONE, deleted.key(), deleted.createRevision()));
    }
    return names;
  }

  /**
   * Hands an active lock to every place that need not wait for an earlier one; forgets a lock
   * without places.
   */
  public void grant(WriteSet writes, ByteString name, List<LockEvent> events) {
    List<Place> granted = new ArrayList<>();
    boolean empty = true;
    try (Cursor cursor = places(writes, name)) {
      while (cursor.next()) {
        Place place = decode(cursor.key(), cursor.value());
        boolean first = empty;
        empty = false;
        if (!first && place.mode() == Acquire.Mode.EXCLUSIVE) {
          break;
        }
        if (!place.held()) {
          granted.add(place);
        }
        if (place.mode() == Acquire.Mode.EXCLUSIVE) {
          break;
        }
      }
    }
    for (Place place : granted) {
      put(writes, new Place(name, place.key(), place.token(), place.mode(), true));
      events.add(new LockEvent(LockEvent.Kind.HELD, place.key(), place.token()));
    }
    if (empty) {
      active.remove(name);
    }
  }

  /** Whether a new place of this mode would have to wait. */
  public boolean mustWait(Reader reader, ByteString name, Acquire.Mode mode) {
    if (!isActive(name)) {
      return false;
    }
    try (Cursor cursor = places(reader, name)) {
      while (cursor.next()) {
        if (mode == Acquire.Mode.EXCLUSIVE
            || decode(cursor.key(), cursor.value()).mode() == Acquire.Mode.EXCLUSIVE) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * A place in the queue of {@code name}, or null if there is no such place. Any thread.
   *
   * @param token the place's create revision
   */
  public static @Nullable Place find(Reader reader, ByteString name, ByteString key, long token) {
    byte[] tableKey = tableKey(name, token, key);
    byte[] value = reader.find(Table.SMALL, tableKey);
    return value == null ? null : decode(tableKey, value);
  }

  private List<ByteString> locksAbove(ByteString key) {
    if (active.isEmpty()) {
      return List.of();
    }
    List<ByteString> names = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      if (key.byteAt(i) == SEPARATOR && active.contains(key.substring(0, i))) {
        names.add(key.substring(0, i));
      }
    }
    return names;
  }

  private static Cursor places(Reader reader, ByteString name) {
    byte[] prefix = SmallTable.LOCK.key().escaped(name).toBytes();
    return reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix));
  }

  private static Place newPlace(ByteString name, KeyValue key, Acquire.Mode mode) {
    return new Place(name, key.key(), key.createRevision(), mode, false);
  }

  private static void put(WriteSet writes, Place place) {
    writes.put(
        Table.SMALL,
        tableKey(place.name(), place.token(), place.key()),
        new KeyWriter().int8(place.mode().getNumber()).int8(place.held() ? 1 : 0).toBytes());
  }

  private static Place decode(byte[] key, byte[] value) {
    KeyReader in = new KeyReader(key).skip(1);
    ByteString name = in.escaped();
    long token = in.int64();
    Acquire.Mode mode = Acquire.Mode.forNumber(value[0]);
    if (mode == null) {
      throw new IllegalStateException("place of lock " + name + " has mode " + value[0]);
    }
    return new Place(name, in.bytes(), token, mode, value[1] == 1);
  }

  private static byte[] tableKey(ByteString name, long token, ByteString place) {
    return SmallTable.LOCK.key().escaped(name).int64(token).bytes(place).toBytes();
  }
}
