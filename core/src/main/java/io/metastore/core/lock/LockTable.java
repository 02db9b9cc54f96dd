package io.metastore.core.lock;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.LockPlaceView;
import io.metastore.core.command.Acquire;
import io.metastore.core.kv.KeyRange;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The queues of the locks in use.
 *
 * <p>Layout in {@link Table#SMALL}: {@code q} ‖ escaped lock name ‖ int64 create revision of the
 * place ‖ the place's key → int8 mode ‖ int8 state ‖ int32 lock-delay in seconds ‖ int64 owner ‖
 * int64 time taken ‖ int64 for each call that waits for it.
 *
 * <p>A lock's places are all keys below {@code name/}, in the order of their creation, whoever
 * created them: a key put by a client-side mutex is an exclusive place like any other. A place
 * holds the lock when no earlier place conflicts with it, so the queue is fair, and a stream of
 * shared holders cannot starve an exclusive waiter. The create revision is the fencing token: it
 * grows from holder to holder. If an owner expires while it holds the lock, its place may stay for
 * the lock-delay; meanwhile nobody holds the lock and nobody else can acquire it.
 *
 * <p>Owned by the apply thread. The names of locks in use are kept in memory, so that a change of
 * any other key needs no look-up. All state in memory is derived from the table, and therefore the
 * same on every replica.
 */
public final class LockTable {
  private static final byte SEPARATOR = '/';

  /** Maximum number of calls recorded per place; the oldest are dropped. */
  private static final int WAITS_MAX = 16;

  private final Map<ByteString, Queue> active = new HashMap<>();

  /**
   * Facts about a queue that are kept in memory. A scan from the beginning of the queue would step
   * over the deletions left by released places, until RocksDB compacts them away.
   */
  private static final class Queue {
    int places;

    /** A lower bound of the tokens of all places. */
    long first = Long.MAX_VALUE;

    /** The key of the first place, whose token is {@link #first}; null if it must be searched. */
    @Nullable ByteString firstKey;

    void added(Place place) {
      boolean before =
          place.token() < first
              || (place.token() == first
                  && firstKey != null
                  && KeyRange.compare(place.key(), firstKey) < 0);
      if (places == 0 || before) {
        startsWith(place);
      }
      places++;
    }

    void removed(ByteString key) {
      places--;
      if (key.equals(firstKey)) {
        firstKey = null;
      }
    }

    void startsWith(Place place) {
      first = place.token();
      firstKey = place.key();
    }
  }

  /**
   * One place in a queue.
   *
   * @param token create revision of {@code key}
   * @param delay lock-delay in seconds: how long the place stays after its owner has expired
   * @param owner ID of the lease that owns it; 0 for none
   * @param takenMs when it was taken, by the leader's clock, in milliseconds since 1970
   * @param waits the calls that wait for the place and may still withdraw; empty once a call was
   *     told that the place holds the lock
   */
  public record Place(
      ByteString name,
      ByteString key,
      long token,
      Acquire.Mode mode,
      LockPlaceView.State state,
      int delay,
      long owner,
      long takenMs,
      List<Long> waits) {

    public boolean held() {
      return state == LockPlaceView.State.HELD;
    }

    private Place in(LockPlaceView.State newState) {
      return new Place(name, key, token, mode, newState, delay, owner, takenMs, waits);
    }

    private Place wantedBy(List<Long> newWaits) {
      return new Place(name, key, token, mode, state, delay, owner, takenMs, newWaits);
    }
  }

  /** Loads the names of the locks in use from the table. */
  public LockTable(Reader reader) {
    forEach(
        reader, place -> active.computeIfAbsent(place.name(), name -> new Queue()).added(place));
  }

  /** The key of the place of {@code lease} in the queue of {@code name}. */
  public static ByteString placeKey(ByteString name, long lease) {
    return contendersPrefix(name).concat(ByteString.copyFromUtf8(Long.toHexString(lease)));
  }

  /** The common prefix of the keys of all places of a lock. */
  public static ByteString contendersPrefix(ByteString name) {
    return name.concat(ByteString.copyFrom(new byte[] {SEPARATOR}));
  }

  public boolean isActive(ByteString name) {
    return active.containsKey(name);
  }

  /**
   * Starts tracking a lock.
   *
   * @param contenders the existing keys below {@code name/}
   */
  public void activate(WriteSet writes, ByteString name, List<KeyValue> contenders, long timeMs) {
    active.put(name, new Queue());
    for (KeyValue contender : contenders) {
      insert(writes, newPlace(name, contender, Acquire.Mode.EXCLUSIVE, 0, timeMs));
    }
  }

  /**
   * Adds a place at the end of the queue of an active lock. For locks whose name is a prefix of
   * this one's, the key is an exclusive place like any other.
   */
  public void add(
      WriteSet writes,
      ByteString name,
      KeyValue place,
      Acquire.Mode mode,
      int delay,
      long wait,
      long timeMs) {
    created(writes, place, timeMs);
    List<Long> waits = wait == 0 ? List.of() : List.of(wait);
    put(writes, newPlace(name, place, mode, delay, timeMs).wantedBy(waits));
  }

  /**
   * Records another call that wants a place. If the place already holds the lock, the caller is
   * told so, and the place can no longer be withdrawn.
   */
  public void join(WriteSet writes, Place place, long wait) {
    if (place.held()) {
      put(writes, place.wantedBy(List.of()));
    } else if (!place.waits().isEmpty() && wait != 0) {
      List<Long> waits = new ArrayList<>(place.waits());
      waits.add(wait);
      int from = Math.max(0, waits.size() - WAITS_MAX);
      put(writes, place.wantedBy(List.copyOf(waits.subList(from, waits.size()))));
    }
  }

  /**
   * Removes a call that no longer waits for a place.
   *
   * @return whether it was the last call that wanted the place
   */
  public boolean leave(WriteSet writes, Place place, long wait) {
    if (place.state() == LockPlaceView.State.DELAYED || !place.waits().contains(wait)) {
      return false;
    }
    return leave(writes, place, call -> call == wait);
  }

  /**
   * Removes all calls of a process that has ended. A place that already holds the lock stays,
   * because the client may have been told.
   *
   * @return the places that no call wants any more
   */
  public List<Place> leaveAll(WriteSet writes, int process) {
    List<Place> unwanted = new ArrayList<>();
    for (Place place : waiting(writes)) {
      if (place.waits().stream().anyMatch(wait -> isOf(process, wait))
          && leave(writes, place, wait -> isOf(process, wait))) {
        unwanted.add(place);
      }
    }
    return unwanted;
  }

  private static boolean isOf(int process, long wait) {
    return wait >>> Integer.SIZE == Integer.toUnsignedLong(process);
  }

  private static boolean leave(WriteSet writes, Place place, LongPredicate gone) {
    List<Long> rest = place.waits().stream().filter(wait -> !gone.test(wait)).toList();
    put(writes, place.wantedBy(rest));
    return rest.isEmpty();
  }

  private static List<Place> waiting(Reader reader) {
    List<Place> waiting = new ArrayList<>();
    forEach(
        reader,
        place -> {
          if (place.state() == LockPlaceView.State.WAITING) {
            waiting.add(place);
          }
        });
    return waiting;
  }

  /** Calls {@code visitor} for every place in every queue, in the order of the locks' names. */
  public static void forEach(Reader reader, Consumer<Place> visitor) {
    byte[] prefix = SmallTable.LOCK.key().toBytes();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        visitor.accept(decode(cursor.key(), cursor.value()));
      }
    }
  }

  /** Adds places for a created key, unless {@link #add} has created it. */
  public void created(WriteSet writes, KeyValue created, long timeMs) {
    for (ByteString name : locksAbove(created.key())) {
      insert(writes, newPlace(name, created, Acquire.Mode.EXCLUSIVE, 0, timeMs));
    }
  }

  /**
   * The lock-delay of the place {@code key}, in seconds. 0 if the key is no place, does not hold
   * its lock, or has no lock-delay.
   */
  public int delay(Reader reader, KeyValue key) {
    int delay = 0;
    for (ByteString name : locksAbove(key.key())) {
      Place place = get(reader, name, key);
      delay = place.held() ? Math.max(delay, place.delay()) : delay;
    }
    return delay;
  }

  /** Marks a place as delayed: its owner has expired, and nobody holds the lock. */
  public void delayed(WriteSet writes, KeyValue key, List<LockEvent> events) {
    for (ByteString name : locksAbove(key.key())) {
      put(writes, get(writes, name, key).in(LockPlaceView.State.DELAYED));
    }
    events.add(new LockEvent(LockEvent.Kind.GONE, key.key(), key.createRevision()));
  }

  private static Place get(Reader reader, ByteString name, KeyValue key) {
    Place place = find(reader, name, key.key(), key.createRevision());
    if (place == null) {
      throw new IllegalStateException("key below lock " + name + " is not a place: " + key.key());
    }
    return place;
  }

  /**
   * Removes the places of a deleted key.
   *
   * @return the locks that lost a place. The caller must call {@link #grant} for each when the
   *     command is complete, not earlier, so that no place is granted the lock that the same
   *     command deletes afterwards
   */
  public List<ByteString> deleted(WriteSet writes, KeyValue deleted, List<LockEvent> events) {
    List<ByteString> names = locksAbove(deleted.key());
    for (ByteString name : names) {
      writes.delete(Table.SMALL, tableKey(name, deleted.createRevision(), deleted.key()));
      queue(name).removed(deleted.key());
    }
    if (!names.isEmpty()) {
      events.add(new LockEvent(LockEvent.Kind.GONE, deleted.key(), deleted.createRevision()));
    }
    return names;
  }

  /**
   * Grants an active lock to all places that need not wait for an earlier one; stops tracking a
   * lock without places.
   */
  public void grant(WriteSet writes, ByteString name, List<LockEvent> events) {
    Queue queue = queue(name);
    if (queue.places == 0) {
      active.remove(name);
      return;
    }
    Place head = head(writes, name);
    if (isBarrier(head) || queue.places == 1) {
      grant(writes, head, events);
      return;
    }
    List<Place> shared = new ArrayList<>();
    try (Cursor cursor = places(writes, name, queue.first)) {
      while (cursor.next()) {
        Place place = decode(cursor.key(), cursor.value());
        if (isBarrier(place)) {
          break;
        }
        shared.add(place);
      }
    }
    for (Place place : shared) {
      grant(writes, place, events);
    }
  }

  private static void grant(WriteSet writes, Place place, List<LockEvent> events) {
    if (place.state() == LockPlaceView.State.WAITING) {
      put(writes, place.in(LockPlaceView.State.HELD));
      events.add(new LockEvent(LockEvent.Kind.HELD, place.key(), place.token()));
    }
  }

  /** Whether the place excludes all others: it is exclusive or delayed. */
  private static boolean isBarrier(Place place) {
    return place.mode() == Acquire.Mode.EXCLUSIVE || place.state() == LockPlaceView.State.DELAYED;
  }

  /** Whether a new place with this mode would have to wait. */
  public boolean mustWait(Reader reader, ByteString name, Acquire.Mode mode) {
    if (!isActive(name) || queue(name).places == 0) {
      return false;
    }
    if (mode == Acquire.Mode.EXCLUSIVE || isBarrier(head(reader, name))) {
      return true;
    }
    try (Cursor cursor = places(reader, name, queue(name).first)) {
      while (cursor.next()) {
        if (isBarrier(decode(cursor.key(), cursor.value()))) {
          return true;
        }
      }
    }
    return false;
  }

  private Queue queue(ByteString name) {
    return requireNonNull(active.get(name), "lock is in use");
  }

  /** The first place of a non-empty queue. */
  private Place head(Reader reader, ByteString name) {
    Queue queue = queue(name);
    if (queue.firstKey != null) {
      return requireNonNull(find(reader, name, queue.firstKey, queue.first), "first place");
    }
    try (Cursor cursor = places(reader, name, queue.first)) {
      if (!cursor.next()) {
        throw new IllegalStateException("lock " + name + " has lost its places");
      }
      Place head = decode(cursor.key(), cursor.value());
      queue.startsWith(head);
      return head;
    }
  }

  /** As {@link #find(Reader, ByteString, long)}, for the apply thread. */
  public @Nullable Place place(Reader reader, ByteString name, long token) {
    Queue queue = active.get(name);
    return queue != null && queue.firstKey != null && queue.first == token
        ? find(reader, name, queue.firstKey, token)
        : find(reader, name, token);
  }

  /**
   * A place in the queue of {@code name}; null if there is none. Any thread.
   *
   * @param token the place's create revision
   */
  public static @Nullable Place find(Reader reader, ByteString name, ByteString key, long token) {
    byte[] tableKey = tableKey(name, token, key);
    byte[] value = reader.find(Table.SMALL, tableKey);
    return value == null ? null : decode(tableKey, value);
  }

  /** The place with this token in the queue of {@code name}; null if there is none. Any thread. */
  public static @Nullable Place find(Reader reader, ByteString name, long token) {
    byte[] prefix = SmallTable.LOCK.key().escaped(name).int64(token).toBytes();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      return cursor.next() ? decode(cursor.key(), cursor.value()) : null;
    }
  }

  /** The whole queue of {@code name}, in order. Any thread. */
  public static List<Place> queue(Reader reader, ByteString name) {
    List<Place> queue = new ArrayList<>();
    try (Cursor cursor = places(reader, name, 0)) {
      while (cursor.next()) {
        queue.add(decode(cursor.key(), cursor.value()));
      }
    }
    return queue;
  }

  /**
   * The names of locks that have a place, in order. Any thread.
   *
   * @param to exclusive; null for no bound
   */
  public static List<ByteString> names(
      Reader reader, ByteString from, @Nullable ByteString to, int namesMax) {
    List<ByteString> names = new ArrayList<>();
    byte[] table = SmallTable.LOCK.key().toBytes();
    byte @Nullable [] end =
        to == null ? Bytes.afterPrefix(table) : SmallTable.LOCK.key().escaped(to).toBytes();
    try (Cursor cursor =
        reader.scan(Table.SMALL, SmallTable.LOCK.key().escaped(from).toBytes(), end)) {
      boolean found = cursor.next();
      while (found && names.size() < namesMax) {
        ByteString name = decode(cursor.key(), cursor.value()).name();
        names.add(name);
        byte[] next = Bytes.afterPrefix(SmallTable.LOCK.key().escaped(name).toBytes());
        found = next != null && cursor.seek(next);
      }
    }
    return names;
  }

  private List<ByteString> locksAbove(ByteString key) {
    if (active.isEmpty()) {
      return List.of();
    }
    List<ByteString> names = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      if (key.byteAt(i) == SEPARATOR && active.containsKey(key.substring(0, i))) {
        names.add(key.substring(0, i));
      }
    }
    return names;
  }

  private static Cursor places(Reader reader, ByteString name, long first) {
    byte[] from = SmallTable.LOCK.key().escaped(name).int64(first).toBytes();
    byte[] prefix = SmallTable.LOCK.key().escaped(name).toBytes();
    return reader.scan(Table.SMALL, from, Bytes.afterPrefix(prefix));
  }

  private static Place newPlace(
      ByteString name, KeyValue key, Acquire.Mode mode, int delay, long timeMs) {
    return new Place(
        name,
        key.key(),
        key.createRevision(),
        mode,
        LockPlaceView.State.WAITING,
        delay,
        key.lease(),
        timeMs,
        List.of());
  }

  private void insert(WriteSet writes, Place place) {
    queue(place.name()).added(place);
    put(writes, place);
  }

  private static void put(WriteSet writes, Place place) {
    KeyWriter row =
        new KeyWriter()
            .int8(place.mode().getNumber())
            .int8(code(place.state()))
            .int32(place.delay())
            .int64(place.owner())
            .int64(place.takenMs());
    place.waits().forEach(row::int64);
    writes.put(Table.SMALL, tableKey(place.name(), place.token(), place.key()), row.toBytes());
  }

  private static Place decode(byte[] key, byte[] value) {
    KeyReader in = new KeyReader(key).skip(1);
    ByteString name = in.escaped();
    long token = in.int64();
    KeyReader row = new KeyReader(value);
    Place place =
        new Place(
            name,
            in.bytes(),
            token,
            Acquire.Mode.forNumber(row.int8()),
            state(row.int8()),
            row.int32(),
            row.int64(),
            row.int64(),
            List.of());
    if (!row.hasMore()) {
      return place;
    }
    List<Long> waits = new ArrayList<>();
    while (row.hasMore()) {
      waits.add(row.int64());
    }
    return place.wantedBy(List.copyOf(waits));
  }

  private static char code(LockPlaceView.State state) {
    return switch (state) {
      case WAITING -> 'w';
      case HELD -> 'h';
      case DELAYED -> 'd';
    };
  }

  private static LockPlaceView.State state(int code) {
    return switch (code) {
      case 'w' -> LockPlaceView.State.WAITING;
      case 'h' -> LockPlaceView.State.HELD;
      case 'd' -> LockPlaceView.State.DELAYED;
      default -> throw new IllegalStateException("place of a lock has state " + code);
    };
  }

  private static byte[] tableKey(ByteString name, long token, ByteString place) {
    return SmallTable.LOCK.key().escaped(name).int64(token).bytes(place).toBytes();
  }
}
