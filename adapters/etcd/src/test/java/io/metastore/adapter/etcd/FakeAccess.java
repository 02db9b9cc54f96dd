package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.GrantView;
import io.metastore.core.api.UserView;
import io.metastore.core.command.Permission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Access control that is on or off and has no users. */
record FakeAccess(boolean enabled) implements AccessRules {

  @Override
  public long revision() {
    return 1;
  }

  @Override
  public boolean permits(String user, Permission.Right right, ByteString key, ByteString rangeEnd) {
    return false;
  }

  @Override
  public @Nullable String findTokenOwner(String token, long nowMs) {
    return null;
  }

  @Override
  public String newToken(String user, long expiresMs) {
    throw new AssertionError("nobody can authenticate");
  }

  @Override
  public boolean isLoginValid(String user, long loginRevision) {
    return false;
  }

  @Override
  public @Nullable UserView findUser(String name) {
    return null;
  }

  @Override
  public @Nullable List<Permission> findPermissions(String role) {
    return null;
  }

  @Override
  public @Nullable String findPasswordHash(String user) {
    return null;
  }

  @Override
  public List<UserView> users() {
    return List.of();
  }

  @Override
  public List<String> roles() {
    return List.of();
  }

  @Override
  public List<GrantView> grants() {
    return List.of();
  }
}
