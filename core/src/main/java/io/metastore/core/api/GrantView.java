package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Permission;
import java.util.List;

/**
 * The rights of a user or role on a directory: on the directory's own key and all keys below it.
 *
 * @param prefix the prefix of the keys below the directory; ends with a slash
 * @param name name of the user or role
 */
public record GrantView(
    ByteString prefix, Holder holder, String name, List<Permission.Right> rights) {

  /** Whether a grant belongs to a user or to a role. */
  public enum Holder {
    USER,
    ROLE
  }

  public GrantView {
    requireNonNull(prefix, "prefix");
    requireNonNull(holder, "holder");
    requireNonNull(name, "name");
    rights = List.copyOf(rights);
  }
}
