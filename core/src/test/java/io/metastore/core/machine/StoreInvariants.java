package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.UserView;
import io.metastore.core.auth.Rules;
import io.metastore.core.lock.LockTable;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.tree.TreeReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The invariants that must hold between the tables after every entry. Decodes the documented byte
 * layouts independently, so that a codec that is consistent with itself but wrong does not pass.
 */
final class StoreInvariants {
  /** Kind, replaced revision and size of the key precede the key. */
  private static final int UPDATED_KEY_OFFSET = 1 + 8 + 4;

  private final StoreState state;
  private final Map<ByteString, List<Version>> versions =
      new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  private final Set<String> attachments = new TreeSet<>();
  private final Set<Long> leases = new TreeSet<>();

  /** A version in LATEST or HISTORY; a tombstone has version 0. */
  private record Version(boolean latest, long revision, long create, long version, long lease) {
    boolean isTombstone() {
      return version == 0;
    }
  }

  private StoreInvariants(Reader reader) {
    this.state = StoreState.read(reader);
    readLatest(reader);
    readHistory(reader);
    readLeases(reader);
  }

  /** Checks all invariants; fails at the first that does not hold. */
  static void check(Reader reader) {
    StoreInvariants invariants = new StoreInvariants(reader);
    invariants.versions.forEach(invariants::checkVersions);
    invariants.checkLeases();
    invariants.checkLocks(reader);
    invariants.checkCounts(reader);
    invariants.checkChanges(reader);
    checkAccess(reader);
    TreeInvariants.check(reader, invariants.leases);
    List<String> faults = new ArrayList<>();
    new TableCheck(reader, faults::add, bytes -> {}).run();
    assertThat(faults).as("faults that 'metastore check' reports").isEmpty();
  }

  private void checkVersions(ByteString key, List<Version> newestFirst) {
    String what = "versions of " + key.toStringUtf8() + ": " + newestFirst;
    Version newer = null;
    for (Version version : newestFirst) {
      assertThat(version.revision()).as(what).isBetween(2L, state.revision());
      if (newer != null) {
        checkOrder(what, newer, version);
        checkSuccession(what, newer, version);
      }
      if (!version.isTombstone()) {
        assertThat(version.create()).as(what).isBetween(2L, version.revision());
        // A transaction may put a key again that it just created; only the last version is stored.
        if (version.create() != version.revision()) {
          assertThat(version.version()).as(what).isGreaterThan(1);
        }
      }
      newer = version;
    }
    if (!newestFirst.get(0).latest()) {
      assertThat(newestFirst.get(0).isTombstone())
          .as("a key that does not exist ends in a deletion: " + what)
          .isTrue();
    }
  }

  private static void checkOrder(String what, Version newer, Version older) {
    // If one transaction deletes a key and creates it again, the tombstone has the same revision as
    // the new version.
    boolean recreated = newer.latest() && older.isTombstone() && newer.create() == older.revision();
    if (!recreated) {
      assertThat(older.revision()).as(what).isLessThan(newer.revision());
    }
  }

  /**
   * One transaction may delete a key and create it again; the history then has no tombstone between
   * the versions.
   */
  private static void checkSuccession(String what, Version newer, Version older) {
    if (newer.isTombstone() || older.isTombstone()) {
      return;
    }
    if (newer.create() == older.create()) {
      assertThat(newer.version()).as("one more put: " + what).isGreaterThan(older.version());
    } else {
      assertThat(newer.create())
          .as("creation after a deletion: " + what)
          .isGreaterThan(older.revision());
    }
  }

  private void checkLeases() {
    Set<String> wanted = new TreeSet<>();
    versions.forEach(
        (key, newestFirst) -> {
          Version newest = newestFirst.get(0);
          if (newest.latest() && newest.lease() != 0) {
            assertThat(leases).as("lease of " + key.toStringUtf8()).contains(newest.lease());
            wanted.add(newest.lease() + " " + hex(key));
          }
        });
    assertThat(attachments).as("keys attached to leases").isEqualTo(wanted);
  }

  private void checkLocks(Reader reader) {
    Map<ByteString, Set<String>> queues =
        new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    forEach(
        reader,
        Table.SMALL,
        SmallTable.LOCK.key().toBytes(),
        (key, value) -> {
          KeyReader in = new KeyReader(key).skip(1);
          ByteString name = in.escaped();
          queues
              .computeIfAbsent(name, n -> new TreeSet<>())
              .add(in.int64() + " " + hex(in.bytes()));
        });
    LockTable reopened = new LockTable(reader);
    assertThat(queues.keySet()).as("locks with places are in use").allMatch(reopened::isActive);
    queues.forEach(
        (name, places) -> {
          ByteString prefix = name.concat(ByteString.copyFromUtf8("/"));
          Set<String> wanted = new TreeSet<>();
          versions.forEach(
              (key, newestFirst) -> {
                if (key.startsWith(prefix) && newestFirst.get(0).latest()) {
                  wanted.add(newestFirst.get(0).create() + " " + hex(key));
                }
              });
          assertThat(places).as("places of lock " + name.toStringUtf8()).isEqualTo(wanted);
        });
  }

  private void checkCounts(Reader reader) {
    Map<ByteString, Integer> counts = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    forEach(
        reader,
        Table.SMALL,
        SmallTable.COUNT.key().toBytes(),
        (key, value) ->
            counts.put(new KeyReader(key).skip(1).bytes(), new KeyReader(value).int32()));
    TreeMap<ByteString, Integer> wanted =
        new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    counts.keySet().forEach(first -> wanted.put(first, 0));
    versions.forEach(
        (key, newestFirst) -> {
          if (newestFirst.get(0).latest()) {
            ByteString first = wanted.floorKey(key);
            assertThat(first).as("block that contains " + key.toStringUtf8()).isNotNull();
            wanted.merge(first, 1, Integer::sum);
          }
        });
    assertThat(counts).as("keys of each block").isEqualTo(wanted);
  }

  private static void checkAccess(Reader reader) {
    Rules rules = Rules.read(reader);
    Set<String> roles = new TreeSet<>(rules.roles());
    roles.add(AccessRules.ROOT);
    for (UserView user : rules.users()) {
      assertThat(roles).as("roles of user " + user.name()).containsAll(user.roles());
    }
    if (rules.enabled()) {
      assertThat(rules.users())
          .as("root exists and has its role")
          .anyMatch(
              user ->
                  user.name().equals(AccessRules.ROOT) && user.roles().contains(AccessRules.ROOT));
    }
    assertThat(rules.settings().getTokenSecret().isEmpty())
        .as("a token secret exists exactly while access control is on")
        .isEqualTo(!rules.enabled());
  }

  private void checkChanges(Reader reader) {
    Set<String> changes = new TreeSet<>();
    List<Long> revisions = new ArrayList<>();
    long firstKept = Math.max(state.compacted(), 2);
    forEach(
        reader,
        Table.CHANGES,
        Bytes.EMPTY,
        (key, value) -> {
          KeyReader in = new KeyReader(key);
          long revision = in.int64();
          int sub = in.int32();
          ByteString changed = changedKey(value);
          revisions.add(revision);
          if (revision >= firstKept) {
            checkChange(revision, value[0], changed);
            changes.add(revision + " " + hex(changed));
          }
          boolean first = revisions.size() < 2 || revisions.get(revisions.size() - 2) != revision;
          // An import leaves out what was replaced by the same revision.
          assertThat(sub > 0 || first).as("sub %s of revision %s", sub, revision).isTrue();
        });
    boolean onlyKeys = new TreeReader(reader).totals().nodes() == 0;
    for (long revision = firstKept; onlyKeys && revision <= state.revision(); revision++) {
      assertThat(revisions).as("every revision has a change").contains(revision);
    }
    versions.forEach(
        (key, newestFirst) -> {
          for (Version version : newestFirst) {
            if (version.revision() >= firstKept) {
              String change = version.revision() + " " + hex(key);
              // AssertJ's own contains() would be slow here: it searches linearly.
              assertThat(changes.contains(change)).as("in the change log: " + change).isTrue();
            }
          }
        });
  }

  private void checkChange(long revision, byte kind, ByteString key) {
    assertThat(kind).isIn((byte) 'P', (byte) 'A', (byte) 'U', (byte) 'D');
    List<Version> found =
        versions.getOrDefault(key, List.of()).stream()
            .filter(version -> version.revision() == revision)
            .toList();
    assertThat(found)
        .as("change %s of %s at %s has its version", (char) kind, key.toStringUtf8(), revision)
        .isNotEmpty();
  }

  private void readLatest(Reader reader) {
    forEach(
        reader,
        Table.LATEST,
        Bytes.EMPTY,
        (key, value) -> add(ByteString.copyFrom(key), version(true, value, 0)));
  }

  private void readHistory(Reader reader) {
    forEach(
        reader,
        Table.HISTORY,
        Bytes.EMPTY,
        (key, value) -> {
          KeyReader in = new KeyReader(key);
          ByteString userKey = in.escaped();
          long revision = ~in.int64();
          assertThat(in.bytes()).as("end of a history key").isEmpty();
          byte[] record = pointedTo(reader, userKey, revision, value);
          if (record != null) {
            Version version = version(false, record, revision);
            assertThat(version.revision()).as("record's own revision").isEqualTo(revision);
            add(userKey, version);
          }
        });
  }

  /**
   * The record that an entry of the history points to in the change log, or the entry itself. Null
   * if the entry is unreachable, because the log may already be truncated then.
   */
  private byte @Nullable [] pointedTo(Reader reader, ByteString key, long revision, byte[] value) {
    if (value.length == 0 || value[0] != 0) {
      return value;
    }
    CodedInputStream in = CodedInputStream.newInstance(value, 1, value.length - 1);
    try {
      byte[] place = new KeyWriter().int64(revision).int32(in.readUInt32()).toBytes();
      long replacedBy = in.readUInt64();
      assertThat(replacedBy).as("replacing revision").isGreaterThan(revision);
      if (replacedBy <= state.compacted()) {
        return null;
      }
      byte[] change = requireNonNull(reader.find(Table.CHANGES, place), "change pointed to");
      assertThat(change[0]).isEqualTo((byte) 'U');
      assertThat(changedKey(change)).isEqualTo(key);
      return Arrays.copyOfRange(change, UPDATED_KEY_OFFSET + key.size(), change.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteString changedKey(byte[] change) {
    KeyReader in = new KeyReader(change).skip(1);
    return switch (change[0]) {
      case 'U' -> ByteString.copyFrom(change, UPDATED_KEY_OFFSET, in.skip(8).int32());
      case 'D' -> in.skip(8).bytes();
      default -> in.bytes();
    };
  }

  private void readLeases(Reader reader) {
    forEach(
        reader,
        Table.SMALL,
        SmallTable.LEASE.key().toBytes(),
        (key, value) -> leases.add(new KeyReader(key).skip(1).int64()));
    forEach(
        reader,
        Table.SMALL,
        SmallTable.LEASE_KEY.key().toBytes(),
        (key, value) -> {
          KeyReader in = new KeyReader(key).skip(1);
          long lease = in.int64();
          assertThat(leases).as("leases with keys").contains(lease);
          attachments.add(lease + " " + hex(in.bytes()));
        });
  }

  private void add(ByteString key, Version version) {
    versions.computeIfAbsent(key, absent -> new ArrayList<>()).add(version);
  }

  private static Version version(boolean latest, byte[] record, long tombstoneRevision) {
    if (record.length == 0) {
      return new Version(latest, tombstoneRevision, 0, 0, 0);
    }
    CodedInputStream in = CodedInputStream.newInstance(record);
    try {
      long create = in.readUInt64();
      return new Version(latest, in.readUInt64(), create, in.readUInt64(), in.readUInt64());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface EntryVisitor {
    void visit(byte[] key, byte[] value);
  }

  private static void forEach(Reader reader, Table table, byte[] prefix, EntryVisitor visitor) {
    byte @Nullable [] end = Bytes.afterPrefix(prefix);
    try (Cursor cursor = reader.scan(table, prefix, end)) {
      while (cursor.next()) {
        visitor.visit(cursor.key(), cursor.value());
      }
    }
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
