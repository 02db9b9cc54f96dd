package io.metastore.core.machine;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.command.Configuration;
import io.metastore.core.command.MemberNote;
import io.metastore.core.command.MovePeer;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
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
 * without a note has never started.
 *
 * <p>Layout in {@link Table#SMALL}: {@code n} ‖ int64 member id → the note; {@code m} ‖ {@code m} →
 * the configuration.
 */
public final class MemberTable {
  private static final byte[] CONFIGURATION = SmallTable.META.key().int8('m').toBytes();

  private MemberTable() {}

  /**
   * Stores a configuration of Raft.
   *
   * @param next does not list removed members; they are derived from the stored configuration
   */
  static void configure(WriteSet writes, Reader before, Configuration next) {
    Set<Long> present = new LinkedHashSet<>();
    next.getMembersList().forEach(member -> present.add(member.getId()));
    Configuration old = configuration(before);
    Configuration.Builder configuration = next.toBuilder().addAllRemoved(old.getRemovedList());
    for (Configuration.Member.Builder member : configuration.getMembersBuilderList()) {
      old.getMembersList().stream()
          .filter(known -> known.getId() == member.getId())
          .forEach(known -> member.addAllPeerUrls(known.getPeerUrlsList()));
    }
    for (Configuration.Member member : old.getMembersList()) {
      if (!present.contains(member.getId())) {
        configuration.addRemoved(member.getId());
        writes.delete(Table.SMALL, noteKey(member.getId()));
      }
    }
    writes.put(Table.SMALL, CONFIGURATION, configuration.build().toByteArray());
  }

  /** Changes the URLs of a member; null if that was done. */
  static @Nullable Failure move(WriteSet writes, MovePeer move) {
    Configuration.Builder configuration = configuration(writes).toBuilder();
    Configuration.Member.Builder moved = null;
    for (Configuration.Member.Builder member : configuration.getMembersBuilderList()) {
      if (member.getId() == move.getId()) {
        moved = member;
      } else if (!Collections.disjoint(peerUrls(member), move.getPeerUrlsList())) {
        return Failure.of(FailureCode.PEER_URL_EXISTS, "member", Long.toHexString(member.getId()));
      }
    }
    if (moved == null) {
      return Failure.of(FailureCode.MEMBER_NOT_FOUND, "id", Long.toHexString(move.getId()));
    }
    moved.clearPeerUrls().addAllPeerUrls(move.getPeerUrlsList());
    writes.put(Table.SMALL, CONFIGURATION, configuration.build().toByteArray());
    return null;
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
    writes.put(Table.SMALL, noteKey(note.getId()), note.toByteArray());
  }

  static @Nullable MemberNote find(Reader reader, long id) {
    byte[] note = reader.find(Table.SMALL, SmallTable.MEMBER.key().int64(id).toBytes());
    return note == null ? null : parse(note);
  }

  public static List<MemberNote> all(Reader reader) {
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
