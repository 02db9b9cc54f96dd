package io.metastore.adapter.etcd.db;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.command.Permission.Right;
import io.metastore.etcdapi.authpb.Permission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Translates between permissions of the store and of etcd. */
public final class Permissions {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  /** The permission that etcd reports for the role root, whatever was granted to it. */
  private static final Permission EVERYTHING =
      Permission.newBuilder().setPermType(Permission.Type.READWRITE).setRangeEnd(ZERO).build();

  private static final Comparator<ByteString> BY_BYTES =
      ByteString.unsignedLexicographicalComparator();

  private Permissions() {}

  /** The rights that a permission of etcd gives. */
  private static List<Right> toRights(Permission.Type type) {
    return switch (type) {
      case READ -> List.of(Right.READ);
      case WRITE -> List.of(Right.WRITE);
      case READWRITE -> List.of(Right.READ, Right.WRITE);
      case UNRECOGNIZED -> throw new IllegalArgumentException("unknown type of permission");
    };
  }

  /** A permission of etcd as the store keeps it. */
  public static io.metastore.core.command.Permission toStore(Permission permission) {
    return io.metastore.core.command.Permission.newBuilder()
        .setKey(permission.getKey())
        .setRangeEnd(permission.getRangeEnd())
        .addAllRights(toRights(permission.getPermType()))
        .build();
  }

  /**
   * A role's permissions as etcd reports them: in key order, one for each range. The right to
   * administer a directory does not exist in etcd's API. A directory's own key is a separate range.
   */
  public static List<Permission> toEtcd(
      String role, List<io.metastore.core.command.Permission> held) {
    if (role.equals(AccessRules.ROOT)) {
      return List.of(EVERYTHING);
    }
    Map<Range, Set<Right>> ranges = new TreeMap<>();
    for (io.metastore.core.command.Permission permission : held) {
      ByteString key = permission.getKey();
      add(ranges, new Range(key, permission.getRangeEnd()), permission.getRightsList());
      if (permission.getDirectory() && key.size() > 1) {
        ByteString own = key.substring(0, key.size() - 1);
        add(ranges, new Range(own, ByteString.EMPTY), permission.getRightsList());
      }
    }
    List<Permission> permissions = new ArrayList<>();
    ranges.forEach(
        (range, rights) ->
            permissions.add(
                Permission.newBuilder()
                    .setPermType(toType(rights))
                    .setKey(range.key())
                    .setRangeEnd(range.end())
                    .build()));
    return permissions;
  }

  private record Range(ByteString key, ByteString end) implements Comparable<Range> {
    @Override
    public int compareTo(Range other) {
      int byKey = BY_BYTES.compare(key, other.key);
      return byKey == 0 ? BY_BYTES.compare(end, other.end) : byKey;
    }
  }

  private static void add(Map<Range, Set<Right>> ranges, Range range, List<Right> rights) {
    EnumSet<Right> told = EnumSet.noneOf(Right.class);
    told.addAll(rights);
    told.retainAll(Set.of(Right.READ, Right.WRITE));
    if (!told.isEmpty()) {
      ranges.computeIfAbsent(range, first -> EnumSet.noneOf(Right.class)).addAll(told);
    }
  }

  private static Permission.Type toType(Set<Right> rights) {
    if (rights.size() > 1) {
      return Permission.Type.READWRITE;
    }
    return rights.contains(Right.READ) ? Permission.Type.READ : Permission.Type.WRITE;
  }
}
