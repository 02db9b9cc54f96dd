package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Permission;
import java.util.List;

/**
 * What a user or a role may do with a directory's own key and all keys below it.
 *
 * @param prefix what the keys below begin with; ends with a slash
 * @param name of the user or role
 */
public record GrantView(
    ByteString prefix, Holder holder, String name, List<Permission.Right> rights) {

  /** Who has it. */
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
