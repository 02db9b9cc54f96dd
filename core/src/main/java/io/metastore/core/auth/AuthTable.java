package io.metastore.core.auth;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
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
 * The stored users and roles, and the access control switch.
 *
 * <p>Layout in {@link Table#SMALL}: {@code a} ‖ {@code s} → {@link AuthSettings}; {@code a} ‖
 * {@code u} ‖ name → {@link AuthUser}; {@code a} ‖ {@code r} ‖ name → {@link AuthRole}.
 */
public final class AuthTable {
  private static final byte[] SETTINGS = SmallTable.AUTH.key().int8('s').toBytes();
  private static final AuthSettings INITIAL = AuthSettings.newBuilder().setRevision(1).build();

  private AuthTable() {}

  public static AuthSettings settings(Reader reader) {
    AuthSettings found = find(reader, SETTINGS, AuthSettings.parser());
    return found == null ? INITIAL : found;
  }

  public static void put(WriteSet writes, AuthSettings settings) {
    put(writes, SETTINGS, settings);
  }

  static @Nullable AuthUser findUser(Reader reader, String name) {
    return find(reader, userKey(name), AuthUser.parser());
  }

  public static void put(WriteSet writes, AuthUser user) {
    put(writes, userKey(user.getName()), user);
  }

  static void deleteUser(WriteSet writes, String name) {
    writes.delete(Table.SMALL, userKey(name));
  }

  /** All users, ordered by name. */
  static List<AuthUser> users(Reader reader) {
    return all(reader, userKey(""), AuthUser.parser());
  }

  static @Nullable AuthRole findRole(Reader reader, String name) {
    return find(reader, roleKey(name), AuthRole.parser());
  }

  public static void put(WriteSet writes, AuthRole role) {
    put(writes, roleKey(role.getName()), role);
  }

  static void deleteRole(WriteSet writes, String name) {
    writes.delete(Table.SMALL, roleKey(name));
  }

  /** All roles, ordered by name. */
  static List<AuthRole> roles(Reader reader) {
    return all(reader, roleKey(""), AuthRole.parser());
  }

  private static byte[] userKey(String name) {
    return SmallTable.AUTH.key().int8('u').bytes(ByteString.copyFromUtf8(name)).toBytes();
  }

  private static byte[] roleKey(String name) {
    return SmallTable.AUTH.key().int8('r').bytes(ByteString.copyFromUtf8(name)).toBytes();
  }

  private static void put(WriteSet writes, byte[] key, MessageLite stored) {
    writes.put(Table.SMALL, key, stored.toByteArray());
  }

  private static <T> @Nullable T find(Reader reader, byte[] key, Parser<T> parser) {
    byte[] stored = reader.find(Table.SMALL, key);
    return stored == null ? null : parse(stored, parser);
  }

  private static <T> List<T> all(Reader reader, byte[] prefix, Parser<T> parser) {
    List<T> all = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        all.add(parse(cursor.value(), parser));
      }
    }
    return all;
  }

  private static <T> T parse(byte[] stored, Parser<T> parser) {
    try {
      return parser.parseFrom(stored);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("auth table is damaged", e);
    }
  }
}
