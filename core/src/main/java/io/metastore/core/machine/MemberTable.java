package io.metastore.core.machine;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.command.MemberNote;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What members have told of themselves; a member without a note has never been up.
 *
 * <p>Layout in {@link Table#SMALL}: {@code n} ‖ int64 member id → the note.
 */
public final class MemberTable {
  private MemberTable() {}

  static void put(WriteSet writes, MemberNote note) {
    writes.put(
        Table.SMALL, SmallTable.MEMBER.key().int64(note.getId()).toBytes(), note.toByteArray());
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
