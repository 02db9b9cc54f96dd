package io.metastore.core.machine;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.command.AddPeer;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.DropPeer;
import io.metastore.core.command.MemberNote;
import io.metastore.core.command.MovePeer;
import io.metastore.core.command.ZookeeperServer;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of the cluster, and what each has published about itself in a member note. A member
 * without a note has never started. A member that was announced is pending until Raft has it.
 *
 * <p>Layout in {@link Table#SMALL}: {@code n} ‖ int64 member id → the note; {@code m} ‖ {@code m} →
 * the configuration.
 */
public final class MemberTable {
  private static final byte[] CONFIGURATION = SmallTable.META.key().int8('m').toBytes();

  private MemberTable() {}

  /**
   * Stores a configuration of Raft. A pending member that is in it is pending no longer.
   *
   * @param next only lists the members that Raft has; the rest is derived from the stored
   *     configuration
   */
  static void configure(WriteSet writes, Configuration next) {
    Set<Long> present = new LinkedHashSet<>();
    next.getMembersList().forEach(member -> present.add(member.getId()));
    Configuration old = configuration(writes);
    Configuration.Builder configuration = next.toBuilder().addAllRemoved(old.getRemovedList());
    for (Configuration.Member.Builder member : configuration.getMembersBuilderList()) {
      Configuration.Member known = find(old.getMembersList(), member.getId());
      Configuration.Member pending = find(old.getPendingList(), member.getId());
      member.setAdded(known == null ? old.getMembersCount() > 0 : known.getAdded());
      Configuration.Member before = known == null ? pending : known;
      if (before != null) {
        member.addAllPeerUrls(before.getPeerUrlsList());
        if (before.hasZookeeper()) {
          member.setZookeeper(before.getZookeeper());
        }
      }
    }
    for (Configuration.Member pending : old.getPendingList()) {
      if (!present.contains(pending.getId())) {
        configuration.addPending(pending);
      }
    }
    for (Configuration.Member member : old.getMembersList()) {
      if (!present.contains(member.getId())) {
        configuration.addRemoved(member.getId());
        writes.delete(Table.SMALL, noteKey(member.getId()));
      }
    }
    write(writes, configuration);
  }

  /** Deletes all members, for tables that become those of a new cluster. */
  public static void clear(Storage storage) {
    WriteSet writes = storage.newWriteSet();
    notes(storage).forEach(note -> writes.delete(Table.SMALL, noteKey(note.getId())));
    writes.delete(Table.SMALL, CONFIGURATION);
    storage.write(writes);
  }

  private static void write(WriteSet writes, Configuration.Builder configuration) {
    writes.put(Table.SMALL, CONFIGURATION, configuration.build().toByteArray());
  }

  /** Adds a pending member; null if that was done. */
  static @Nullable Failure add(WriteSet writes, AddPeer add) {
    Configuration configuration = configuration(writes);
    List<Configuration.Member> all = all(configuration);
    if (find(all, add.getId()) != null || configuration.getRemovedList().contains(add.getId())) {
      return Failure.of(FailureCode.MEMBER_EXISTS, "id", Long.toHexString(add.getId()));
    }
    for (Configuration.Member member : all) {
      if (!Collections.disjoint(peerUrls(member), add.getPeerUrlsList())) {
        return Failure.of(FailureCode.PEER_URL_EXISTS, "member", Long.toHexString(member.getId()));
      }
    }
    long learners = all.stream().filter(Configuration.Member::getLearner).count();
    if (add.getLearner() && learners >= add.getLearnersMax()) {
      return Failure.of(FailureCode.TOO_MANY_LEARNERS, "max", add.getLearnersMax());
    }
    Configuration.Member.Builder added =
        Configuration.Member.newBuilder()
            .setId(add.getId())
            .setAddress(unusedAddress(all, add.getPeerUrlsList()))
            .addAllPeerUrls(add.getPeerUrlsList())
            .setLearner(add.getLearner());
    if (add.hasZookeeper()) {
      added.setZookeeper(add.getZookeeper());
    }
    write(writes, configuration.toBuilder().addPending(added));
    return null;
  }

  /**
   * An address for Raft that no other member has. A member whose URLs have changed keeps its first
   * URLs as its address, and the new member may have these URLs now.
   */
  private static String unusedAddress(List<Configuration.Member> all, List<String> peerUrls) {
    String address = String.join(",", peerUrls);
    while (isAddress(all, address)) {
      address += "," + peerUrls.get(0);
    }
    return address;
  }

  private static boolean isAddress(List<Configuration.Member> all, String address) {
    return all.stream().anyMatch(member -> member.getAddress().equals(address));
  }

  /** Removes a pending member; null if that was done. */
  static @Nullable Failure drop(WriteSet writes, DropPeer drop) {
    Configuration configuration = configuration(writes);
    if (find(configuration.getPendingList(), drop.getId()) == null) {
      return Failure.of(FailureCode.MEMBER_NOT_FOUND, "id", Long.toHexString(drop.getId()));
    }
    List<Configuration.Member> left =
        configuration.getPendingList().stream()
            .filter(member -> member.getId() != drop.getId())
            .toList();
    write(
        writes,
        configuration.toBuilder().clearPending().addAllPending(left).addRemoved(drop.getId()));
    return null;
  }

  /** Changes the URLs of a member; null if that was done. */
  static @Nullable Failure move(WriteSet writes, MovePeer move) {
    Configuration.Builder configuration = configuration(writes).toBuilder();
    Configuration.Member.Builder moved = null;
    Configuration.Member.Builder owner = null;
    for (Configuration.Member.Builder member : all(configuration)) {
      if (member.getId() == move.getId()) {
        moved = member;
      } else if (!Collections.disjoint(peerUrls(member), move.getPeerUrlsList())) {
        owner = member;
      }
    }
    if (moved == null) {
      return Failure.of(FailureCode.MEMBER_NOT_FOUND, "id", Long.toHexString(move.getId()));
    }
    if (owner != null) {
      return Failure.of(FailureCode.PEER_URL_EXISTS, "member", Long.toHexString(owner.getId()));
    }
    moved.clearPeerUrls().addAllPeerUrls(move.getPeerUrlsList());
    write(writes, configuration);
    return null;
  }

  /** The members that Raft has, and the pending ones. */
  public static List<Configuration.Member> all(Configuration configuration) {
    List<Configuration.Member> all = new ArrayList<>(configuration.getMembersList());
    all.addAll(configuration.getPendingList());
    return all;
  }

  private static List<Configuration.Member.Builder> all(Configuration.Builder configuration) {
    List<Configuration.Member.Builder> all = new ArrayList<>(configuration.getMembersBuilderList());
    all.addAll(configuration.getPendingBuilderList());
    return all;
  }

  /** The member with this ID; null if there is none. */
  public static Configuration.@Nullable Member find(List<Configuration.Member> members, long id) {
    return members.stream().filter(member -> member.getId() == id).findAny().orElse(null);
  }

  /** The URLs at which the other members reach a member now. */
  public static List<String> peerUrls(Configuration.MemberOrBuilder member) {
    return member.getPeerUrlsCount() > 0
        ? member.getPeerUrlsList()
        : List.of(member.getAddress().split(",", -1));
  }

  /**
   * The configuration from the last applied configuration entry of Raft; empty before the first.
   */
  public static Configuration configuration(Reader reader) {
    byte[] value = reader.find(Table.SMALL, CONFIGURATION);
    try {
      return value == null ? Configuration.getDefaultInstance() : Configuration.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("configuration is damaged", e);
    }
  }

  private static byte[] noteKey(long memberId) {
    return SmallTable.MEMBER.key().int64(memberId).toBytes();
  }

  static void put(WriteSet writes, MemberNote note) {
    Configuration before = configuration(writes);
    Configuration.Builder configuration = before.toBuilder();
    for (Configuration.Member.Builder member : all(configuration)) {
      describe(member, note, find(writes, member.getId()) != null);
    }
    if (!configuration.build().equals(before)) {
      write(writes, configuration);
    }
    MemberNote stored = note.toBuilder().clearZookeeperServers().clearZookeeperNumber().build();
    writes.put(Table.SMALL, noteKey(note.getId()), stored.toByteArray());
  }

  /**
   * Takes over what a note says about a member as a server of ZooKeeper. A member's own note
   * counts. Until it has published one, the notes of others do, so that clients do not see a
   * cluster of the first member only.
   */
  private static void describe(
      Configuration.Member.Builder member, MemberNote note, boolean hasNote) {
    boolean own = member.getId() == note.getId();
    if (own) {
      member.clearZookeeper();
    } else if (hasNote || member.hasZookeeper()) {
      return;
    }
    for (ZookeeperServer server : note.getZookeeperServersList()) {
      boolean describesMember =
          own
              ? server.getNumber() == note.getZookeeperNumber()
              : peerUrls(member).contains(server.getPeerUrl());
      if (describesMember) {
        member.setZookeeper(server);
      }
    }
  }

  static @Nullable MemberNote find(Reader reader, long id) {
    byte[] note = reader.find(Table.SMALL, SmallTable.MEMBER.key().int64(id).toBytes());
    return note == null ? null : parse(note);
  }

  /** What the members have published about themselves. */
  public static List<MemberNote> notes(Reader reader) {
    byte[] prefix = SmallTable.MEMBER.key().toBytes();
    List<MemberNote> notes = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        notes.add(parse(cursor.value()));
      }
    }
    return notes;
  }

  private static MemberNote parse(byte[] note) {
    try {
      return MemberNote.parseFrom(note);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("member note is damaged", e);
    }
  }
}
